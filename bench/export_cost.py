#!/usr/bin/env python3
"""CPU time of a run with and without export to a real VictoriaMetrics, in turn, and what appending one sample to the journal costs.

usage: bench/export_cost.py [BUILD] [--seconds N] [--rounds N] [--gpus N]     BUILD as of bench/export_throughput.py; PROGRAM as there

Each run replays the shipped trace (power 50 times a second and GPU) with readings every second. CPU time is the whole process's, as the kernel counts it.
"""
import os
import statistics
import subprocess
import tempfile

from export_setup import ROOT, VictoriaMetrics, export_environment, parse

ARGUMENTS = parse(__doc__, seconds=30, rounds=5, gpus=1)


def run(*more, **environment):
    """CPU seconds of one run."""
    with tempfile.TemporaryDirectory(prefix="gpubench-cost-") as home:
        command = [ARGUMENTS.program, "--results_dir", f"{home}/results", "--meter", f"replay:{ROOT}/traces/h200.trace,gpus={ARGUMENTS.gpus}", "--interval", "1",
                   "--carbon_intensity", "100", "--no_plot", "--no_live_monitor", *more, "--", "sleep", str(ARGUMENTS.seconds)]
        # Not fork's usage but wait4's: of this one process and the children that it waited for.
        process = subprocess.Popen(command, env={"PATH": "/usr/bin:/bin", "HOME": home, **environment}, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"the run ended with {process.returncode}")
        return usage.ru_utime + usage.ru_stime


def main():
    database = VictoriaMetrics()
    without, beside = [], []
    try:
        for _ in range(ARGUMENTS.rounds):
            without.append(run())
            beside.append(run("--export_to_victoria", **export_environment(database)))
    finally:
        database.close()
    difference = [b - a for a, b in zip(without, beside)]
    for name, values in (("without export", without), ("with export", beside), ("difference", difference)):
        print(f"{name:16} {statistics.median(values):.3f} s CPU of {ARGUMENTS.seconds} s ({min(values):.3f} to {max(values):.3f}), {ARGUMENTS.gpus} GPUs, {len(values)} runs")
    with tempfile.TemporaryDirectory() as folder:
        print(subprocess.run([ARGUMENTS.day_journal, "--append", folder], capture_output=True, text=True, check=True).stdout.strip())


if __name__ == "__main__":
    main()
