#!/usr/bin/python3
"""Time and memory that all outputs of a long run take: `iris-gpubench report` of 24 h of 8 GPUs with power 50 times a second.

usage: bench/day_report.py PROGRAM DAY_JOURNAL [--gpus N] [--seconds N] [--folder DIR] [-- ARGUMENT...]
       (DAY_JOURNAL: build/dev/tests/support/day_journal/day_journal; ARGUMENTs go to `iris-gpubench report`)

The journal is made in DIR (default: a temporary folder; about 0.6 GB and 2 GB of results) and kept there when DIR is given. The
peaks are those the kernel keeps of each process (VmHWM), the program and gnuplot apart.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time


def status_of(pid):
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return None, 0
    return name, next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def watch(pid, peaks, stop):
    """Peak memory in KiB of the process and of its children, by name; the last look is at most 5 ms before the end of each."""
    while not stop.wait(0.005):
        try:
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            children = []
        for one in (str(pid), *children):
            name, peak = status_of(one)
            if name:
                peaks[name] = max(peaks.get(name, 0), peak)


def measure(command):
    """(seconds, CPU seconds of the program and its children, peaks)"""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peaks, stop = {}, threading.Event()
    watcher = threading.Thread(target=watch, args=(process.pid, peaks, stop))
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    stop.set()
    watcher.join()
    if status != 0:
        sys.exit(f"{command} ended with status {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_utime + usage.ru_stime, peaks


def probe_disk(folder, sample=256 << 20):
    """MB/s at which the folder's disk takes bytes for good: what the time is to be seen against."""
    begun = time.monotonic()
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(sample >> 20):
            file.write(b"x" * (1 << 20))
        file.flush()
        os.fsync(file.fileno())
    return sample / 1e6 / (time.monotonic() - begun)


def run(options, folder):
    journal = pathlib.Path(folder, f"day-{options.gpus}-{options.seconds}")
    if not (journal / "journal").exists():
        subprocess.run([options.day_journal, journal, str(options.gpus), str(options.seconds)], check=True)
    samples = 50 * options.gpus * (options.seconds + 4)
    print(f"{options.seconds} s of {options.gpus} GPUs, {samples / 1e6:.1f} million power samples; disk {probe_disk(folder):.0f} MB/s")
    seconds, cpu, peaks = measure([options.program, "report", str(journal), *options.arguments])
    print(f"time {seconds:.1f} s, CPU {cpu:.1f} s, peak memory: {', '.join(f'{name} {peak / 1024:.1f} MiB' for name, peak in peaks.items())}, "
          f"together at most {sum(peaks.values()) / 1024:.1f} MiB")
    for path in sorted(journal.iterdir()):
        if path.is_file():
            print(f"  {path.name:<24} {path.stat().st_size / 1e6:10.3f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("day_journal")
    parser.add_argument("--gpus", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=86400)
    parser.add_argument("--folder")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    if options.folder:
        run(options, options.folder)
    else:
        with tempfile.TemporaryDirectory(prefix="gpubench-day-") as folder:
            run(options, folder)


if __name__ == "__main__":
    main()
