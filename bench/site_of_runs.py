#!/usr/bin/python3
"""The page of many runs: how long it takes to make, how large it is, how soon it can be used in Chromium.

usage: bench/site_of_runs.py PROGRAM [RUNS]        (1000 runs are asked for below 10 s, 20 MB and 1 s)
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/integration"))
from browser import Browser  # noqa: E402

# From the address to the first rows and the chart, and from a key in the search box to the next picture.
OPENED = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
SEARCHED = """(() => { const begun = performance.now(), box = document.getElementById('search'); box.value = 'demo-3';
                box.dispatchEvent(new Event('input')); document.body.getBoundingClientRect(); return performance.now() - begun; })()"""


def make_runs(program, folder, count):
    """One replayed run, and copies of its figures with other times and energies."""
    subprocess.run([program, "--meter", f"replay:{ROOT / 'traces/h200.trace'}", "--idle-roll", "0.2", "--no-plot", "--quiet", "--name", "demo",
                    "--carbon-intensity", "120", "--results-dir", folder, "--", "sleep", "1"], check=True)
    first = next(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    figures = json.loads((first / "metrics.json").read_text())
    for number in range(1, count):
        day, clock = 1 + number // 48 % 28, f"{number // 2 % 24:02}:{number % 2 * 30:02}:00"
        copy = folder / f"202601{day:02}t{clock.replace(':', '')}-{number:09}z-demo-{number % 4}"
        copy.mkdir()
        figures |= {"run_id": copy.name, "benchmark": f"demo-{number % 4}", "total_energy_joules": 1000 + 0.1 * number,
                    "start_datetime": f"2026-01-{day:02} {clock}"}
        (copy / "metrics.json").write_text(json.dumps(figures))
        (copy / "report.html").hardlink_to(first / "report.html")


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_runs(program, folder / "results", count)
        begun = time.monotonic()
        subprocess.run([program, "site", folder / "results", "-o", folder / "site"], check=True, stdout=subprocess.DEVNULL)
        took = time.monotonic() - begun
        size = sum(path.stat().st_size for path in (folder / "site").rglob("*") if path.is_file())
        with Browser() as browser:
            browser.open(folder / "site/index.html")
            opened, searched = browser.run(OPENED), browser.run(SEARCHED)
    print(f"{count} runs: made in {took:.2f} s, {size / 1e6:.2f} MB, usable after {opened / 1000:.3f} s, a search in {searched / 1000:.3f} s")


if __name__ == "__main__":
    main()
