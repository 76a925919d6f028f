#!/usr/bin/env python3
"""How good and how cheap the meter is on this machine's GPU, beside others.

usage: validate.py head_to_head PROGRAM [SECONDS=COUNT ...]   error of each meter over the same runs (default 1=4 5=5 30=1)
       validate.py linearity PROGRAM                          1 to 64 repetitions of one kernel: energy against number
       validate.py closure PROGRAM [SECONDS] [KEEP]           parts of a run against the whole, and runs measured apart against one around
                                                              them (default 60; KEEP: folder in which the first run's files stay)
       validate.py cost PROGRAM [SECONDS]                     CPU and memory beside nvidia-smi, under load (default 30)
       validate.py disturbance PROGRAM [PAIRS]                time of a fixed GPU loop with and without the meter (default 24)

PROGRAM is iris-gpubench. Needs PyTorch with CUDA and nvidia-smi; changes no setting of the GPU. What a meter's energy is held against: the
hardware counter read every 5 ms by a process of its own, its steps timed to some 3 ms, both ends of a run laid into the idle time around it. That is the
same sensor, so the sensor's own gain is not in the errors.
"""
import json
import math
import os
import random
import resource
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import closure
from meters import (LoadServer, NvidiaSmi, Watch, anchored, as_predecessor, plain_difference, poll_as_predecessor, run_program, trapezoids, wall_to_steady,
                    watch_counter, window_of)

LOADS = ["flat", "copy", "square100", "square137", "bursts", "phases"]


def one_run(program, server, folder, load, seconds):
    smi = {rate: NvidiaSmi(folder, rate) for rate in (100, 1000)}
    counter = Watch(watch_counter)
    polls = {rate: Watch(poll_as_predecessor, rate) for rate in (5, 1)}
    time.sleep(random.uniform(0.3, 0.5))
    metrics, _ = run_program(program, server.command(load, seconds), folder)
    time.sleep(0.3)
    readings = counter.finish()
    powers = {rate: poll.finish() for rate, poll in polls.items()}
    samples = {rate: one.finish() for rate, one in smi.items()}
    start, end = window_of(metrics)
    steady = wall_to_steady()
    truth = anchored(readings, start + steady, end + steady)
    if truth is None:
        return None
    energies = {"iris-gpubench": metrics["total_energy_joules"]}
    energies["power samples (ring)"] = (metrics["gpus"][0]["energy"]["ring"] or {}).get("energy_joules")
    energies["counter difference"] = plain_difference(readings, start + steady, end + steady)
    for rate in (100, 1000):
        energies[f"nvidia-smi -lms {rate}"] = trapezoids(samples[rate], start, end)
    for rate in (1, 5):
        energies[f"predecessor's loop, {rate} s"] = as_predecessor(powers[rate], start + steady, end + steady, rate)
    uncertainty = metrics["total_energy_uncertainty"]
    idle = metrics["gpus"][0]["energy"]["idle"]
    return {"load": load, "seconds": seconds, "truth": truth, "energies": energies, "interval": uncertainty["comparative_joules"],
            "terms": {term["name"]: round(term["standard_joules"], 3) for term in uncertainty["terms"]},
            "idle_watts": [side and side["power_watts"] for side in (idle["before"], idle["after"])],
            "state": metrics["gpus"][0]["energy"]["counter_check"]["state"]}


def head_to_head(program, plan):
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        server = LoadServer(folder)
        for seconds, count in plan:
            for _ in range(count):
                for load in LOADS:
                    run = one_run(program, server, folder, load, seconds)
                    if run is None:
                        print(f"left out: no idle around {load}, {seconds} s", file=sys.stderr)
                        continue
                    runs.append(run)
                    print(json.dumps(run), file=sys.stderr, flush=True)
        server.close()
    print_errors(runs)


def percent_errors(runs, meter):
    return [(run["energies"][meter] / run["truth"] - 1) * 100 for run in runs if run["energies"].get(meter) is not None]


def print_errors(runs):
    for seconds in sorted({run["seconds"] for run in runs}):
        these = [run for run in runs if run["seconds"] == seconds]
        print(f"\n{seconds} s, {len(these)} runs of {', '.join(LOADS)}\n\n| meter | bias % | spread % | 95 % of errors below, % |\n|---|---|---|---|")
        for meter in these[0]["energies"]:
            errors = percent_errors(these, meter)
            sizes = sorted(abs(e) for e in errors)
            below = sizes[min(len(sizes) - 1, math.ceil(0.95 * len(sizes)) - 1)]
            spread = statistics.stdev(errors) if len(errors) > 1 else 0
            print(f"| {meter} | {statistics.mean(errors):+.2f} | {spread:.2f} | {below:.2f} |")
        for load in LOADS:
            errors = percent_errors([run for run in these if run["load"] == load], "iris-gpubench")
            print(f"  {load}: iris-gpubench {', '.join(f'{e:+.3f}' for e in errors)} %")
    print("\nstated comparative interval of iris-gpubench\n\n| seconds | holds in | error / half-width, rms | half-width, median J |\n|---|---|---|---|")
    for seconds in [*sorted({run["seconds"] for run in runs}), "all"]:
        print_holding(seconds, [run for run in runs if seconds in ("all", run["seconds"])])
    print()
    for load in LOADS:
        print_holding(load, [run for run in runs if run["load"] == load])


def print_holding(name, runs):
    if not runs:
        return
    shares = [abs(run["energies"]["iris-gpubench"] - run["truth"]) / run["interval"] for run in runs]
    held = sum(share <= 1 for share in shares)
    rms = math.sqrt(statistics.mean(share**2 for share in shares))
    width = statistics.median(run["interval"] for run in runs)
    print(f"| {name} | {held} of {len(runs)} ({held / len(runs) * 100:.0f} %) | {rms:.2f} | {width:.1f} |")


# ---- linearity, cost, disturbance -------------------------------------------------------------------------------------------


def fit(points):
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    gradient = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return gradient, mean_y - gradient * mean_x


def linearity(program):
    points = []
    with tempfile.TemporaryDirectory() as folder:
        server = LoadServer(folder)
        server.run("kernel", 8)  # warm
        print("| repetitions | elapsed s | energy J | above idle J | +- comparative J | residual J |\n|---|---|---|---|---|---|")
        for count in (1, 2, 4, 8, 16, 32, 64):
            metrics, _ = run_program(program, server.command("kernel", count), folder)
            idle = metrics["gpus"][0]["energy"]["idle"]["before"]["power_watts"]
            above = metrics["total_energy_joules"] - idle * metrics["elapsed_time"]
            points.append((count, metrics["elapsed_time"], metrics["total_energy_joules"], above, metrics["total_energy_uncertainty"]["comparative_joules"]))
        server.close()
    gradient, intercept = fit([(p[0], p[3]) for p in points])
    for count, elapsed, energy, above, interval in points:
        print(f"| {count} | {elapsed:.3f} | {energy:.1f} | {above:.1f} | {interval:.1f} | {above - gradient * count - intercept:+.1f} |")
    print(f"\nabove idle: {gradient:.2f} J a repetition, intercept {intercept:+.1f} J ({intercept / gradient * 100:+.2f} % of one)")


def cpu_of(use):
    return use.ru_utime + use.ru_stime


def cost(program, seconds):
    with tempfile.TemporaryDirectory() as folder:
        server = LoadServer(folder)
        for name in ("idle", "under load"):
            def beside(measure):
                load = subprocess.Popen(shlex.split(server.command("flat", seconds + 6)), stdout=subprocess.DEVNULL) if name != "idle" else None
                result = measure()
                if load:
                    load.wait()
                return result

            metrics, use = beside(lambda: run_program(program, f"sleep {seconds}", folder))
            tool = metrics["tool_cost"]
            print(f"{name}: iris-gpubench {cpu_of(use):.3f} s of CPU (its own figure {tool['cpu_seconds']:.3f}), {use.ru_maxrss / 1024:.1f} MiB, "
                  f"{metrics['gpus'][0]['quality']['power_samples']} power samples")
            print("   " + ", ".join(f"{key[7:]} {tool[key]:.4g}" for key in tool if key.startswith("driver_")))

            def smi():
                process = subprocess.Popen(["timeout", "-s", "INT", str(seconds), "nvidia-smi", "-lms", "1000", "--format=csv",
                                            "--query-gpu=timestamp,power.draw,utilization.gpu,utilization.memory,temperature.gpu,memory.used,clocks.sm"],
                                           stdout=subprocess.DEVNULL)
                return os.wait4(process.pid, 0)[2]

            use = beside(smi)
            print(f"{name}: nvidia-smi -lms 1000 {cpu_of(use):.3f} s of CPU, {use.ru_maxrss / 1024:.1f} MiB", flush=True)
        server.close()


def disturbance(program, pairs):
    slowdowns = []
    with tempfile.TemporaryDirectory() as folder:
        server = LoadServer(folder)
        count = 2000
        count = int(count * 2 / server.run("loop", count)["seconds"])  # two seconds of it

        def with_meter():
            meter = subprocess.Popen([program, "--benchmark_command", "sleep 60", "--interval", "1", "--idle_roll", "0", "--no_plot", "--no_live_monitor",
                                      "--carbon_intensity", "162", "--results_dir", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.7)
            taken = server.run("loop", count)["seconds"]
            meter.send_signal(signal.SIGINT)
            meter.wait()
            return taken

        def without_meter():
            time.sleep(0.7)
            return server.run("loop", count)["seconds"]

        server.run("loop", count)
        for pair in range(pairs):
            order = (without_meter, with_meter) if pair % 2 == 0 else (with_meter, without_meter)
            taken = {work: work() for work in order}
            slowdowns.append((taken[with_meter] / taken[without_meter] - 1) * 100)
        server.close()
    mean, error = statistics.mean(slowdowns), statistics.stdev(slowdowns) / math.sqrt(pairs)
    print(f"{pairs} pairs of {count} copies of 1 GiB: slowdown {mean:+.4f} %, 95 % interval {mean - 2.07 * error:+.4f} to {mean + 2.07 * error:+.4f} %")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    what, program = sys.argv[1], os.path.abspath(sys.argv[2])
    if what == "head_to_head":
        plan = [(int(s), int(n)) for s, n in (word.split("=") for word in sys.argv[3:] or ["1=4", "5=5", "30=1"])]
        head_to_head(program, plan)
    elif what == "linearity":
        linearity(program)
    elif what == "closure":
        closure.closure(program, *sys.argv[3:5])
    elif what == "cost":
        cost(program, int(sys.argv[3]) if len(sys.argv) > 3 else 30)
    elif what == "disturbance":
        disturbance(program, int(sys.argv[3]) if len(sys.argv) > 3 else 24)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
