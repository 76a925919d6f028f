#!/usr/bin/env python3
"""What merging a large job costs: makes parts of a simulated job from one real run, merges them, and says time and memory.

usage: bench/merge_cost.py PROGRAM NVML [PARTS [GPUS]]     (1000 parts of 4 GPUs; NVML: the fake driver's library of a dev build)
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def measured_part(program, nvml, folder, gpus):
    """The folder of one real part."""
    (folder / "gpu.script").write_text(f"gpus {gpus}\nprofile steady 500\n")
    environment = os.environ | {"IRIS_GPUBENCH_NVML": nvml, "FAKE_NVML_SCRIPT": str(folder / "gpu.script"), "IRIS_GPUBENCH_CARBON_URL": "http://127.0.0.1:9"}
    subprocess.run([program, "--results_dir", str(folder / "one"), "--group", "job", "--quiet", "--no_plot", "--idle_roll", "0.3", "--", "sleep", "0.5"],
                   env=environment, check=True, cwd=folder)
    [part] = (folder / "one/job/nodes").iterdir()
    return part


def make_parts(part, nodes, count):
    metrics, of, power = (json.loads((part / name).read_text()) for name in ("metrics.json", "part.json", "power_curves.json"))
    for gpu in power["gpus"]:  # as of a long run
        gpu |= {"seconds": [i * 0.001 for i in range(700)], "watts": [200 + i % 400 + 0.5 for i in range(700)], "gaps": []}
    for number in range(count):
        folder = nodes / f"{number}-n{number}"
        folder.mkdir(parents=True)
        boards = [f"GPU-{number:08x}-{i:04x}" for i in range(len(metrics["gpus"]))]
        for gpu, uuid in zip(metrics["gpus"], boards):
            gpu["uuid"] = uuid
        for gpu, uuid in zip(power["gpus"], boards):
            gpu["uuid"] = uuid
        rank = of["ran"][0] | {"rank": number, "gpus": boards}
        (folder / "metrics.json").write_text(json.dumps(metrics))
        (folder / "power_curves.json").write_text(json.dumps(power, separators=(",", ":")))
        (folder / "part.json").write_text(json.dumps(of | {"node": f"n{number}", "node_number": number, "nodes": count, "ranks": count, "ran": [rank]}))


def main():
    program, nvml = map(os.path.abspath, sys.argv[1:3])
    count, gpus = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((3, 1000), (4, 4)))
    with tempfile.TemporaryDirectory(prefix="gpubench-merge-") as name:
        folder = pathlib.Path(name)
        make_parts(measured_part(program, nvml, folder, gpus), folder / "results/job/nodes", count)
        start = time.monotonic()
        child = subprocess.Popen([program, "merge", "--results_dir", str(folder / "results"), "job"], stdout=subprocess.DEVNULL)
        _, status, use = os.wait4(child.pid, 0)
        seconds = time.monotonic() - start
        job = json.loads((folder / "results/job/metrics.json").read_text())
        print(f"{count} parts, {job['device_count']} GPUs: {seconds:.2f} s, {use.ru_maxrss / 1024:.0f} MiB, "
              f"{(folder / 'results/job/metrics.json').stat().st_size / 1e6:.1f} MB of metrics.json")
        sys.exit(os.waitstatus_to_exitcode(status) or int(seconds >= 10 or use.ru_maxrss >= 200 * 1024 or not job["group"]["complete"]))


if __name__ == "__main__":
    main()
