#!/usr/bin/env python3
"""How long list, history and compare take with many saved runs. Prints a table; exit status 1: a limit is missed.

usage: bench/saved_runs_speed.py [PROGRAM] [--runs N] [--keep DIR]
       PROGRAM: iris-gpubench (default: build/release/iris-gpubench); --runs: saved runs (default 10000); --keep DIR: makes them there

One real run of a recorded trace is made and copied: other ids, times, energies and boards, a tenth of the runs in sets of ten.
"first": without the index beside the runs, which it makes. "then": with it. Times are of the whole process, the least of three.
"""
import argparse
import copy
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
START = datetime.datetime(2026, 1, 1)
INDEX = ".gpubench-index"


def real_run(program, folder):
    subprocess.run([program, "--meter", "replay:" + str(ROOT / "traces/h200.trace"), "--results_dir", str(folder), "--no_plot", "--quiet",
                    "--carbon_source", "yearly", "--", "sleep", "2"], check=True)
    metrics = json.loads((folder / "latest/metrics.json").read_text())
    metrics["source"].update(kind="nvml", replay=False)
    metrics["findings"] = []
    return metrics


def copy_of(metrics, number, run_id, board):
    run = copy.deepcopy(metrics)
    start = START + datetime.timedelta(minutes=10 * number)
    factor = random.gauss(1, 0.003)
    run.update(run_id=run_id, start_time=f"{start:%Y-%m-%dT%H:%M:%S}.000Z", start_datetime=f"{start:%Y-%m-%d %H:%M:%S}")
    for key in ("total_energy", "total_energy_joules", "total_carbon"):
        run[key] *= factor
    for gpu in run["gpus"]:
        gpu["uuid"] = "GPU-%d" % board
    return run


def save(results, run):
    folder = results / run["run_id"]
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps(run, indent=1))


def save_set(results, metrics, set_id, count, first):
    """Runs in one set of two variants."""
    members = []
    for i in range(count):
        variant = ("base", "against")[i % 2]
        run = copy_of(metrics, first + i, f"{set_id}-{i}", 0)
        save(results, run)
        members.append({"run": run["run_id"], "role": "counted", "reasons": [], "variant": variant, "block": i // 2 + 1, "sitting": 1})
    (results / set_id).mkdir()
    (results / set_id / "set.json").write_text(json.dumps({
        "schema_version": 1, "set_id": set_id, "label": "", "benchmark": "sleep", "seed": 1, "invocation": "", "working_folder": "",
        "options": {"runs": count // 2, "warmup": 0, "pause_seconds": 0.0, "until": "", "max_runs": 30, "start_at_celsius": None, "keep_going": False},
        "variants": [{"name": name, "benchmark": "sleep", "command": "sleep 2", "parameters": []} for name in ("base", "against")],
        "sittings": [{"started": "2026-11-29T12:00:00.000Z", "host": "node1", "tool_version": "0.1.0"}],
        "members": members, "findings": [], "complete": True}))


def make_folders(program, folder, count):
    metrics = real_run(program, folder / "one")
    results = folder / "many"
    random.seed(1)
    number = 0
    while number < count:
        if number % 100 == 0:
            save_set(results, metrics, "20260101t%06d-set" % number, 10, number)
            number += 10
        else:
            save(results, copy_of(metrics, number, "20260101t%06d-sleep" % number, number % 3))
            number += 1
    pair = folder / "pair"
    for name in ("a", "b"):
        save_set(pair, metrics, "20260101t000000-" + name, 200, 0)  # 100 runs of a variant
    return results, pair


def took(command):
    """Seconds, seconds of CPU, and the largest resident set in MiB."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, use = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit("saved_runs_speed: %s ended with status %d" % (" ".join(command), status))
    return time.monotonic() - began, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default=str(ROOT / "build/release/iris-gpubench"))
    parser.add_argument("--runs", type=int, default=10000)
    parser.add_argument("--keep")
    line = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory(prefix="saved-runs-") as temporary:
        folder = pathlib.Path(line.keep or temporary)
        if (folder / "many").exists():
            results, pair = folder / "many", folder / "pair"
        else:
            results, pair = make_folders(line.program, folder, line.runs)
        where = ["--results_dir", str(results)]
        asked = [("list", ["list", *where], 1.0, None), ("list --json", ["list", "--json", *where], 1.0, None),
                 ("history", ["history", *where], 2.0, 100),
                 ("compare, two sets of 100 runs", ["compare", "20260101t000000-a:base", "20260101t000000-b:base", "--results_dir", str(pair)], 0.3, None)]
        print("%-32s %9s %9s %9s %9s %10s" % ("%d runs" % line.runs, "first", "then", "CPU", "limit", "memory"))
        for name, words, limit, most in asked:
            for place in (results, pair):
                (place / INDEX).unlink(missing_ok=True)
            first, _, _ = took([line.program, *words])
            then, cpu, memory = min(took([line.program, *words]) for _ in range(3))
            over = then > limit or (most is not None and memory > most)
            missed += over
            print("%-32s %7.2f s %7.2f s %7.2f s %7.1f s %6.0f MiB%s" % (name, first, then, cpu, limit, memory, "  MISSED" if over else ""), flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
