"""What the programs that hold the meter against others share: the load server, the other meters, energies of a window, runs of the program.

Needs nvidia-smi and the driver's NVML; changes no setting of the GPU. All times are of the steady clock but where said.
"""
import bisect
import ctypes
import datetime
import glob
import json
import multiprocessing
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SERVER = os.path.join(HERE, "load_server.py")
PREDECESSOR_WORK = 0.3  # seconds a turn of its loop takes beyond its interval


class LoadServer:
    def __init__(self, folder):
        self.path = os.path.join(folder, "loads")
        self.process = subprocess.Popen([sys.executable, SERVER, "serve", self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            sys.exit("validate: the load server did not start")

    def command(self, load, amount):
        return shlex.join([sys.executable, "-S", "-E", SERVER, "request", self.path, load, str(amount)])

    def run(self, load, amount):
        return json.loads(subprocess.run(shlex.split(self.command(load, amount)), capture_output=True, text=True, check=True).stdout)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# ---- what others report -------------------------------------------------------------------------------------------------


class Nvml:
    def __init__(self):
        self.library = ctypes.CDLL("libnvidia-ml.so.1")
        if self.library.nvmlInit_v2() != 0:
            sys.exit("validate: NVML does not start")
        self.device = ctypes.c_void_p()
        self.library.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(self.device))

    def energy(self):
        value = ctypes.c_ulonglong()
        self.library.nvmlDeviceGetTotalEnergyConsumption(self.device, ctypes.byref(value))
        return value.value / 1000

    def power(self):
        value = ctypes.c_uint()
        self.library.nvmlDeviceGetPowerUsage(self.device, ctypes.byref(value))
        return value.value / 1000


def watch_counter(stop, pipe):
    """(time before, time after, joules) every 5 ms; steady clock."""
    nvml, seen = Nvml(), []
    pipe.send("ready")
    while not stop.is_set():
        before = time.monotonic()
        joules = nvml.energy()
        after = time.monotonic()
        seen.append((before, after, joules))
        time.sleep(max(0.0005, 0.005 - (after - before)))
    pipe.send(seen)


def poll_as_predecessor(stop, pipe, interval):
    nvml, powers, started = Nvml(), [], time.monotonic()
    pipe.send("ready")
    while not stop.is_set():
        powers.append((time.monotonic(), nvml.power()))
        stop.wait(interval + PREDECESSOR_WORK)
    pipe.send(powers)


class Watch:
    def __init__(self, work, *arguments):
        self.stop = multiprocessing.Event()
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=work, args=(self.stop, other, *arguments))
        self.process.start()
        other.close()  # so that a watch that fails ends what waits for it
        self.pipe.recv()

    def finish(self):
        self.stop.set()
        result = self.pipe.recv()
        self.process.join()
        return result


class NvidiaSmi:
    def __init__(self, folder, milliseconds):
        self.file = os.path.join(folder, f"smi-{milliseconds}.csv")
        self.process = subprocess.Popen(["nvidia-smi", "-i", "0", "--query-gpu=timestamp,power.draw", "--format=csv,noheader,nounits",
                                         "-lms", str(milliseconds), "-f", self.file])

    def finish(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        samples = []
        for line in open(self.file):
            try:
                stamp, power = line.strip().split(", ")
                at = datetime.datetime.strptime(stamp, "%Y/%m/%d %H:%M:%S.%f").timestamp()
                samples.append((at, float(power)))
            except ValueError:
                pass  # a line cut off
        return samples


# ---- energies of a window ---------------------------------------------------------------------------------------------------


def trapezoids(samples, start, end):
    times = [t for t, _ in samples]
    inside = [(t, p) for t, p in samples if start < t < end]

    def at(moment):
        i = bisect.bisect(times, moment)
        if i == 0 or i == len(samples):
            return samples[min(i, len(samples) - 1)][1]
        (t0, p0), (t1, p1) = samples[i - 1], samples[i]
        return p0 + (p1 - p0) * (moment - t0) / (t1 - t0)

    points = [(start, at(start)), *inside, (end, at(end))]
    return sum((t1 - t0) * (p0 + p1) / 2 for (t0, p0), (t1, p1) in zip(points, points[1:]))


def transitions(readings):
    """(time, joules) of each step of the counter that lies between two readings no more than 12 ms apart."""
    steps = []
    for (before0, after0, joules0), (before1, after1, joules1) in zip(readings, readings[1:]):
        if joules1 != joules0 and (before1 + after1 - before0 - after0) / 2 < 0.012:
            steps.append(((before0 + after0 + before1 + after1) / 4, joules1))
    return steps


def slope(steps):
    return (steps[-1][1] - steps[0][1]) / (steps[-1][0] - steps[0][0])


def counter_ends(readings, start, end):
    """What the counter stood at at the start and the end of a run with idle time around it."""
    steps = transitions(readings)
    before = [s for s in steps if start - 1.4 < s[0] < start]
    after = [s for s in steps if end + 0.2 < s[0] < end + 1.4]
    if len(before) < 3 or len(after) < 3:
        return None
    at_start = before[-1][1] + slope(before) * (start - before[-1][0])
    at_end = after[0][1] - slope(after) * (after[0][0] - end)
    return at_start, at_end


def anchored(readings, start, end):
    ends = counter_ends(readings, start, end)
    return ends and ends[1] - ends[0]


def plain_difference(readings, start, end):
    value = lambda moment: [joules for _, after, joules in readings if after <= moment][-1]
    return value(end) - value(start)


def as_predecessor(powers, start, end, interval):
    inside = [p for t, p in powers if start <= t <= end]
    return sum((a + b) / 2 * interval for a, b in zip(inside, inside[1:]))


# ---- the program under test -------------------------------------------------------------------------------------------------


def run_program(program, command, folder, *options):
    """metrics.json and the resources used; the run's folder is metrics["folder"]."""
    results = tempfile.mkdtemp(dir=folder)
    arguments = [program, "--benchmark_command", command, "--interval", "1", "--no_plot", "--no_live_monitor", "--carbon_intensity", "162",
                 "--results_dir", results, *options]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, use = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"validate: {program} failed:\n{said}")
    return read_runs(results)[0], use


def read_runs(results):
    """metrics.json of each run in a folder of results, in order of their starts."""
    files = [file for file in glob.glob(results + "/*/metrics.json") if not os.path.islink(os.path.dirname(file))]
    runs = [{**json.load(open(file)), "folder": os.path.dirname(file)} for file in files]
    return sorted(runs, key=lambda run: run["start_time"])


def wall_to_steady():
    return time.monotonic() - time.time()


def window_of(metrics):
    to_time = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    return to_time(metrics["start_time"]), to_time(metrics["end_time"])
