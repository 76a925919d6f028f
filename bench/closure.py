"""Whether energies add up: validate.py closure.

1. Windows of one run. A run of marked parts is cut by the program itself (recarbon with a file of intensities that begins again at every cut): at the
   marks, and into 2 to 24 windows of one length. Each window is held against the hardware counter, which a process of its own reads every 5 ms; the
   windows' sum against the run's energy, and against that counter from end to end.
2. Runs measured apart against one around them. One run of the program (the outer one) measures a shell that runs it four more times, each over the
   same repetitions of one kernel and with idle anchors of its own. The inner energies are held against what the outer run has between the same two moments,
   and inner energies + what the outer one has between them against the outer whole.
3. The same repetitions in one piece. Four times N repetitions measured apart against one run of 4 N. Here the GPU itself may differ by its
   temperature, so the hardware counter's own difference stands beside it. Start-up of a request is taken off as idle power times its length.
"""
import bisect
import datetime
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

from meters import LoadServer, Watch, anchored, counter_ends, read_runs, run_program, transitions, wall_to_steady, watch_counter, window_of

APART = 4
WINDOWS = (2, 3, 6, 12, 24)


def iso(moment):
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def cut(program, folder, cuts):
    """The energies that the program gives the parts of a saved run between these moments."""
    file = os.path.join(folder, "cuts.csv")
    edges = [cuts[0] - 3600, *cuts, cuts[-1] + 3600]
    with open(file, "w") as out:
        out.write("from,to,g_per_kwh\n")
        for i, (start, end) in enumerate(zip(edges, edges[1:])):
            out.write(f"{iso(start)},{iso(end)},{100 + i}\n")
    subprocess.run([program, "recarbon", folder, "--carbon_source", "file:" + file], check=True, capture_output=True)
    slots = json.load(open(os.path.join(folder, "recarbon.json")))["emissions"]["slots"]
    # A half-hour within the run is a cut, too, and nobody's window.
    parts = [0.0] * (len(cuts) + 1)
    for slot in slots:
        middle = (time_of(slot["from"]) + time_of(slot["to"])) / 2
        parts[bisect.bisect(cuts, middle)] += slot["energy_joules"]
    return parts


class Counter:
    """The hardware counter at any moment between the idle times around a run; straight lines between its timed steps."""

    def __init__(self, readings, start, end):
        self.start, self.end = start, end
        self.at_ends = counter_ends(readings, start, end)
        if self.at_ends is None:
            sys.exit("validate: the hardware counter could not be anchored in idle; is something else using the GPU?")
        self.steps = transitions(readings)
        self.times = [time for time, _ in self.steps]

    def at(self, moment):
        if moment <= self.start:
            return self.at_ends[0]
        if moment >= self.end:
            return self.at_ends[1]
        i = bisect.bisect(self.times, moment)
        (t0, e0), (t1, e1) = self.steps[i - 1], self.steps[i]
        return e0 + (e1 - e0) * (moment - t0) / (t1 - t0)

    def between(self, moments):
        values = [self.at(moment) for moment in moments]
        return [b - a for a, b in zip(values, values[1:])]


def watched(program, command, folder):
    """A run with the hardware counter watched beside it: metrics.json, the watch's readings, wall to steady clock."""
    watch = Watch(watch_counter)
    time.sleep(0.3)
    metrics, _ = run_program(program, command, folder)
    time.sleep(0.3)
    return metrics, watch.finish(), wall_to_steady()


def answer_of(metrics):
    """What the load server said of the load."""
    lines = open(os.path.join(metrics["folder"], "benchmark.log")).read().splitlines()
    return json.loads([line for line in lines if line.startswith('{"load"')][-1])


def percent(value, of):
    return f"{(value / of - 1) * 100:+.4f} %"


def windows_of_one_run(program, server, folder, seconds, keep):
    metrics, readings, steady = watched(program, server.command("parts", seconds), folder)
    start, end = window_of(metrics)
    counter = Counter(readings, start + steady, end + steady)
    whole, truth = metrics["total_energy_joules"], counter.at_ends[1] - counter.at_ends[0]
    print(f"1. windows of one run of {metrics['elapsed_time']:.2f} s: {whole:.1f} J +- {metrics['total_energy_uncertainty']['comparative_joules']:.1f}, "
          f"hardware counter {truth:.1f} J ({percent(whole, truth)})\n")
    marks = answer_of(metrics)["marks"]
    print("| marked part | energy J | hardware counter J | difference J | |\n|---|---|---|---|---|")
    parts = cut(program, metrics["folder"], marks[1:-1])
    for name, part, true in zip(("flat", "copy", "square137", "flat", "bursts", "copy"), parts,
                                counter.between([start + steady, *(m + steady for m in marks[1:-1]), end + steady])):
        print(f"| {name} | {part:.1f} | {true:.1f} | {part - true:+.1f} | {percent(part, true)} |")
    print("\n| windows | sum less whole J | | sum to hardware counter | largest difference of one J |\n|---|---|---|---|---|")
    for count in WINDOWS:
        cuts = [start + (end - start) * i / count for i in range(1, count)]
        parts = cut(program, metrics["folder"], cuts)
        true = counter.between([moment + steady for moment in (start, *cuts, end)])
        worst = max(abs(a - b) for a, b in zip(parts, true))
        print(f"| {count} | {sum(parts) - whole:+.6f} | {percent(sum(parts), whole)} | {percent(sum(parts), truth)} | {worst:.1f} of {whole / count:.0f} |")
    if keep:
        shutil.copytree(metrics["folder"], os.path.join(keep, "closure-run"))


def runs_apart(program, server, folder, count):
    """Metrics of the inner runs."""
    inner_results = os.path.join(folder, "inner")
    inner = shlex.join([program, "--benchmark_command", server.command("kernel", count), "--interval", "1", "--no_plot", "--no_html", "--no_live_monitor",
                        "--carbon_intensity", "162", "--results_dir", inner_results])
    metrics, readings, steady = watched(program, " && ".join([inner + " >/dev/null"] * APART), folder)
    runs = read_runs(inner_results)
    if len(runs) != APART:
        sys.exit("validate: not all inner runs left results")
    cuts = [moment for run in runs for moment in window_of(run)]
    outer = cut(program, metrics["folder"], cuts)
    whole = metrics["total_energy_joules"]
    print(f"\n2. {APART} runs measured apart, within one: outer {whole:.1f} J +- {metrics['total_energy_uncertainty']['comparative_joules']:.1f}\n")
    print("| inner run | elapsed s | energy J | +- comparative J | the outer run has J | difference J | hardware counter J | difference J |\n"
          "|---|---|---|---|---|---|---|---|")
    energies = [run["total_energy_joules"] for run in runs]
    for i, run in enumerate(runs):
        start, end = window_of(run)
        true = anchored(readings, start + steady, end + steady) or float("nan")
        print(f"| {i + 1} | {run['elapsed_time']:.3f} | {energies[i]:.1f} | {run['total_energy_uncertainty']['comparative_joules']:.1f} | {outer[2 * i + 1]:.1f} | "
              f"{energies[i] - outer[2 * i + 1]:+.1f} | {true:.1f} | {energies[i] - true:+.1f} |")
    within, between = sum(outer[1::2]), sum(outer[0::2])
    print(f"\nsum of the inner runs {sum(energies):.1f} J, of the outer one over the same times {within:.1f} J: {percent(sum(energies), within)}")
    print(f"inner runs and the {between:.1f} J between them: {sum(energies) + between:.1f} J of {whole:.1f} J: {percent(sum(energies) + between, whole)}")
    return runs


def of_kernels(run):
    """Energy of the load alone, without the idle power while the request starts and ends."""
    idle = run["gpus"][0]["energy"]["idle"]["before"]["power_watts"]
    return run["total_energy_joules"] - idle * (run["elapsed_time"] - answer_of(run)["seconds"])


def in_one_piece(program, server, folder, runs, count):
    metrics, readings, steady = watched(program, server.command("kernel", count * APART), folder)
    start, end = window_of(metrics)
    true = anchored(readings, start + steady, end + steady) or float("nan")
    apart, together = sum(of_kernels(run) for run in runs), of_kernels(metrics)
    intervals = [run["total_energy_uncertainty"]["comparative_joules"] for run in (*runs, metrics)]
    seconds = sum(answer_of(run)["seconds"] for run in runs)
    print(f"\n3. {APART} x {count} repetitions apart: {apart:.1f} J in {seconds:.3f} s; {APART * count} in one piece: {together:.1f} J in "
          f"{answer_of(metrics)['seconds']:.3f} s: {percent(apart, together)} (+- {sum(x**2 for x in intervals) ** 0.5 / together * 100:.4f} % of measuring)")
    print(f"the piece {metrics['total_energy_joules']:.1f} J, hardware counter {true:.1f} J ({percent(metrics['total_energy_joules'], true)})")
    print("temperature at the end, degrees C: " + ", ".join(str(run["gpus"][0]["temperature_celsius"]["maximum"]) for run in (*runs, metrics)))


def closure(program, seconds=60, keep=None):
    seconds = float(seconds)
    with tempfile.TemporaryDirectory() as folder:
        server = LoadServer(folder)
        one = server.run("kernel", 8)["seconds"] / 8  # warm, and how long a repetition takes
        windows_of_one_run(program, server, folder, seconds, keep)
        sys.stdout.flush()
        count = max(1, round(seconds / 10 / one))
        runs = runs_apart(program, server, folder, count)
        in_one_piece(program, server, folder, runs, count)
        server.close()
