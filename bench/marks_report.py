#!/usr/bin/env python3
"""What a million marks cost the report of a run.

usage: bench/marks_report.py PROGRAM [MARKS]

Makes a run with a replayed GPU, gives its marks file MARKS marks (default 1,000,000: phases of three names within 1,000 steps, and work), and makes
the report again with them and without. Prints seconds and peak memory of both. The most that a mark may cost: 2 s and 64 MiB for a million.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
SECONDS = 20


def measured(*command):
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"marks_report: exit status {status}: {said[-1000:]}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def make_marks(path, begin, marks):
    """Within the run's 20 s: 1,000 steps, each with as many pairs of "load", "compute", "store" and a mark of work as are due."""
    steps, per_step = 1000, max(1, marks // 1000)
    with open(path, "w") as out:
        at = begin + 1_000_000_000
        width = (SECONDS - 2) * 1_000_000_000 // steps
        for step in range(steps):
            out.write("b %d 7/7 step\n" % (at + step * width))
            for i in range((per_step - 2) // 2):
                time_of = at + step * width + i * width // per_step * 2
                out.write("b %d 7/7 %s\ne %d 7/7\n" % (time_of, ("load", "compute", "store")[i % 3], time_of + width // per_step))
            out.write("w %d 7/7 64 images\ne %d 7/7\n" % (at + (step + 1) * width - 2, at + (step + 1) * width - 1))


def main():
    program, marks = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder) / "results"
        subprocess.run([program, "--results-dir", str(results), "--meter", f"replay:{ROOT / 'traces/h200.trace'}", "--quiet", "--no-plot", "--carbon-source",
                        "yearly", "--", "sh", "-c", f'echo "i $(date +%s) 7/7 x" >>"$IRIS_GPUBENCH_MARKS"; cat /proc/uptime; sleep {SECONDS}'], check=True, stdout=subprocess.DEVNULL)
        run = (results / "latest").resolve()
        file = run / "marks/1"
        file.write_text("")
        report = (program, "report", str(run), "--no-plot")
        without = measured(*report)
        begin = int(float((run / "benchmark.log").read_text().split()[0]) * 1e9)
        make_marks(file, begin, marks)
        size = file.stat().st_size / 1e6
        with_marks = measured(*report)
        phases = json.loads((run / "metrics.json").read_text())
    counts = sum(phase["count"] for phase in phases["phases"])
    print(f"{marks} marks ({size:.0f} MB), {counts} phases of {len(phases['phases'])} names, troubles: {phases['phases_by']['troubles']}")
    for name, (seconds, memory) in (("without", without), ("with", with_marks)):
        print(f"{name}: {seconds:.2f} s, {memory:.1f} MiB")
    print(f"a million marks: +{with_marks[0] - without[0]:.2f} s, +{with_marks[1] - without[1]:.1f} MiB")


if __name__ == "__main__":
    main()
