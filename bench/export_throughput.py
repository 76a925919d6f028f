#!/usr/bin/env python3
"""Samples a second into VictoriaMetrics on one connection: `iris-gpubench export RUN`, which reads the run's journal, beside curl, which posts
a ready file with the same samples; in turn, each to a database of its own that starts empty.

usage: bench/export_throughput.py [BUILD] [--samples N] [--rounds N]     BUILD: folder of a build with tests (build/dev; build/release for figures
                                                                       with PROGRAM=build/release/iris-gpubench)

Both are timed from their start until the database's own counter, which it renews once a second, has all samples. The ready file is gzip'd JSON lines: as the export's own
batches (lines of at most 2,000 samples), and as the database itself would export it (one line a series). Its making is not timed.
"""
import gzip
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

from export_setup import PASSWORD, USER, VictoriaMetrics, export_environment, parse

ARGUMENTS = parse(__doc__, samples=1_440_000, rounds=5)
GPUS, RATE, LONGEST_LINE, LONGEST_TRY = 8, 50, 2000, 120


def rows(database):
    return sum(int(number) for number in re.findall(r'vm_rows_inserted_total\{type="vmimport"\} (\d+)', database.get("/metrics")))


def timed(database, command, environment, wanted):
    """Seconds from the start of the command until the database has counted all; and how many it has counted."""
    begin = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    counted = last = 0
    reached = begin
    while process.poll() is None or counted < (wanted or 0):
        if time.monotonic() - begin > LONGEST_TRY:
            process.kill()
            raise SystemExit(f"{command[0]}: {counted} of {wanted} samples after {LONGEST_TRY} s")
        counted = rows(database)
        if counted > last:
            last, reached = counted, time.monotonic()
        if wanted and counted >= wanted:
            break
        time.sleep(0.01)
    failed = process.wait() != 0
    if failed:
        raise SystemExit(f"{command[0]}: {process.stdout.read()}")
    return reached - begin, max(counted, rows(database))


def export(folder, wanted=None, keep=None):
    with tempfile.TemporaryDirectory() as home:
        run = pathlib.Path(home) / "run"
        subprocess.run(["cp", "-r", str(folder), str(run)], check=True)
        database = VictoriaMetrics()
        try:
            environment = {"PATH": "/usr/bin:/bin", "HOME": home, **export_environment(database)}
            seconds, counted = timed(database, [ARGUMENTS.program, "export", str(run), "--export_settle", "5"], environment, wanted)
            if keep:
                database.get("/internal/force_flush")
                keep.write_text(database.get("/api/v1/export?match[]={run_id!=%22%22}"))
            return seconds, counted
        finally:
            database.close()


def curl(body, wanted):
    database = VictoriaMetrics()
    try:
        command = ["curl", "-sS", "--fail", "-u", f"{USER}:{PASSWORD}", "-H", "Content-Encoding: gzip", "-H", "Expect:", "--data-binary", f"@{body}",
                   f"{database.url}/api/v1/import"]
        return timed(database, command, {"PATH": "/usr/bin:/bin"}, wanted)[0]
    finally:
        database.close()


def cut(line, longest):
    """Of one series, lines of at most `longest` samples; without what ends a series, for which import refuses the whole line."""
    one = json.loads(line)
    kept = [(value, at) for value, at in zip(one["values"], one["timestamps"]) if value is not None]
    one["values"], one["timestamps"] = [value for value, _ in kept], [at for _, at in kept]
    for first in range(0, len(kept), longest):
        part = slice(first, first + longest)
        yield json.dumps({"metric": one["metric"], "values": one["values"][part], "timestamps": one["timestamps"][part]}, separators=(",", ":")) + "\n"


def main():
    with tempfile.TemporaryDirectory(prefix="gpubench-throughput-") as temporary:
        work = pathlib.Path(temporary)
        seconds = ARGUMENTS.samples // (GPUS * RATE)
        subprocess.run([ARGUMENTS.day_journal, str(work / "run"), str(GPUS), str(seconds)], check=True, stdout=subprocess.DEVNULL)
        dump = work / "dump.jsonl"
        samples = export(work / "run", keep=dump)[1]
        bodies = {"curl, lines as ours": work / "cut.gz", "curl, one line a series": work / "whole.gz"}
        for body, longest in zip(bodies.values(), (LONGEST_LINE, sys.maxsize)):
            with gzip.open(body, "wt", compresslevel=1) as out, open(dump, encoding="utf-8") as lines:
                for line in lines:
                    out.writelines(cut(line, longest))
        stored = sum(sum(value is not None for value in json.loads(line)["values"]) for line in open(dump, encoding="utf-8"))
        print(f"{samples} samples sent, {stored} in the ready files, {', '.join(f'{path.stat().st_size / 1e6:.1f} MB' for path in bodies.values())}")
        times = {"iris-gpubench export": [], **{name: [] for name in bodies}}
        for _ in range(ARGUMENTS.rounds):
            times["iris-gpubench export"].append(export(work / "run", samples)[0])
            for name, body in bodies.items():
                times[name].append(curl(body, stored))
        ours = samples / statistics.median(times["iris-gpubench export"])
        for name, taken in times.items():
            count = samples if name == "iris-gpubench export" else stored
            rate = count / statistics.median(taken)
            print(f"{name:26} {statistics.median(taken):6.2f} s ({min(taken):.2f} to {max(taken):.2f})  {rate / 1e3:8.0f} thousand samples a second"
                  f"   ours is {ours / rate:.2f} of it")


if __name__ == "__main__":
    main()
