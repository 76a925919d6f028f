#!/usr/bin/env python3
"""What measuring costs a node of several ranks: the CPU time of the program's processes for 1 and for 8 ranks on one node with fake GPUs.

usage: bench/ranks_cost.py PROGRAM FAKE_NVML [SECONDS]       (FAKE_NVML: build/.../tests/support/fake_nvml/libnvidia-ml.so.1)

Each rank sleeps. One of them leads and measures the four GPUs; the others only wait. CPU time is each process's own, without its children.
"""
import os
import pathlib
import subprocess
import sys
import tempfile


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(program, nvml, seconds, ranks):
    """CPU seconds of each rank's process, most first."""
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "gpu.script")
        script.write_text("gpus 4\nprofile steady 300\n")
        environment = {**os.environ, "IRIS_GPUBENCH_NVML": nvml, "FAKE_NVML_SCRIPT": str(script)}
        group = () if ranks == 1 else ("--group", "cost", "--ranks", str(ranks))
        line = (program, "--results-dir", f"{folder}/results", "--interval", "1", "--quiet", "--no-plot", "--no-html", "--carbon-source", "yearly")
        started = [subprocess.Popen((*line, *group, *(() if ranks == 1 else ("--rank", str(rank))), "--", "sleep", str(seconds)), env=environment)
                   for rank in range(ranks)]
        used = []
        for process in started:
            # The process is left as a zombie until its CPU time has been read.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            used.append(cpu_seconds(process.pid))
            if process.wait():
                sys.exit("ranks_cost: a run failed")
        return sorted(used, reverse=True)


def main():
    program, nvml = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 30
    for ranks in (1, 8):
        used = run(program, nvml, seconds, ranks)
        print(f"{ranks} {'rank' if ranks == 1 else 'ranks'}, {seconds:.0f} s: {sum(used):.2f} s of CPU in all; of each process: " + ", ".join(f"{one:.2f}" for one in used), flush=True)


if __name__ == "__main__":
    main()
