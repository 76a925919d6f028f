#!/usr/bin/env python3
"""Samples a second into VictoriaMetrics on one connection: `iris-gpubench export RUN`, which reads the run's journal, beside curl, which posts
a ready file with the same samples; in turn, each to a database of its own that starts empty.

usage: bench/export_throughput.py [BUILD] [--samples N] [--rounds N]     BUILD: folder of a build with tests (build/dev; build/release for figures
                                                                       with PROGRAM=build/release/iris-gpubench)

Ours is timed from its start until its last batch was accepted, curl until it was answered. The ready file is gzip'd JSON lines: as the export's own
batches (lines of at most 500 samples), and as the database itself would export it (one line a series). Its making is not timed.
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
GPUS, RATE, LONGEST_LINE, QUIET = 8, 50, 500, 3


def rows(database):
    return sum(int(number) for number in re.findall(r'vm_rows_inserted_total\{type="vmimport"\} (\d+)', database.get("/metrics")))


def cpu_ticks(process):
    return sum(int(number) for number in pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])


def export(folder, keep=None):
    """Seconds until it is at rest, which it is when the last batch was accepted and nothing can be read back yet; the samples that the database
    has counted; peak memory in MiB."""
    with tempfile.TemporaryDirectory() as home:
        run = pathlib.Path(home) / "run"
        subprocess.run(["cp", "-r", str(folder), str(run)], check=True)
        database = VictoriaMetrics()
        environment = {"PATH": "/usr/bin:/bin", "HOME": home, **export_environment(database)}
        begin = reached = time.monotonic()
        process = subprocess.Popen([ARGUMENTS.program, "export", str(run), "--export_settle", "60"], env=environment, stdout=subprocess.DEVNULL)
        try:
            last = 0
            while time.monotonic() - reached < QUIET:
                time.sleep(0.05)
                if (ticks := cpu_ticks(process)) > last + 1:
                    last, reached = ticks, time.monotonic()
            memory = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text()).group(1)) / 1024
            if keep:
                database.get("/internal/force_flush")
                keep.write_text(database.get("/api/v1/export?match[]={run_id!=%22%22}"))
            return reached - begin, rows(database), memory
        finally:
            process.kill()
            process.wait()
            database.close()


def curl(body):
    """Seconds until the database has answered, which it does when it has taken all."""
    database = VictoriaMetrics()
    try:
        begin = time.monotonic()
        subprocess.run(["curl", "-sS", "--fail", "-u", f"{USER}:{PASSWORD}", "-H", "Content-Encoding: gzip", "-H", "Expect:", "--data-binary", f"@{body}",
                        f"{database.url}/api/v1/import"], check=True, env={"PATH": "/usr/bin:/bin"})
        return time.monotonic() - begin
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
            seconds, counted, memory = export(work / "run")
            if counted != samples:
                raise SystemExit(f"{counted} of {samples} samples were sent")
            times["iris-gpubench export"].append(seconds)
            for name, body in bodies.items():
                times[name].append(curl(body))
        ours = samples / statistics.median(times["iris-gpubench export"])
        for name, taken in times.items():
            count = samples if name == "iris-gpubench export" else stored
            rate = count / statistics.median(taken)
            print(f"{name:26} {statistics.median(taken):6.2f} s ({min(taken):.2f} to {max(taken):.2f})  {rate / 1e3:8.0f} thousand samples a second"
                  f"   ours is {ours / rate:.2f} of it")
        print(f"peak memory of iris-gpubench export: {memory:.1f} MiB")


if __name__ == "__main__":
    main()
