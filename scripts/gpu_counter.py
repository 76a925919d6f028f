"""The energy counters of GPUs, read often by a process of its own, and the energy at a moment that follows from them."""
import bisect
import ctypes
import os
import statistics
import subprocess
import sys
import time

TICK = 100_000_000  # nanoseconds between two steps of the energy counter


def read_counters(path):
    """Reads every GPU's counter every 5 ms until PATH.stop exists; writes "UUID nanoseconds millijoules" of each change."""
    nvml = ctypes.CDLL("libnvidia-ml.so.1")
    nvml.nvmlInit_v2()
    count, gpus = ctypes.c_uint(), []
    nvml.nvmlDeviceGetCount_v2(ctypes.byref(count))
    for index in range(count.value):
        device, uuid = ctypes.c_void_p(), ctypes.create_string_buffer(96)
        nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(device))
        nvml.nvmlDeviceGetUUID(device, uuid, 96)
        gpus.append([device, uuid.value.decode(), None])
    energy = ctypes.c_ulonglong()
    with open(path, "w") as out:
        while not os.path.exists(path + ".stop") and os.getppid() != 1:
            for gpu in gpus:
                before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
                failed = nvml.nvmlDeviceGetTotalEnergyConsumption(gpu[0], ctypes.byref(energy))
                after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
                if not failed and energy.value != gpu[2]:
                    out.write("%s %d %d\n" % (gpu[1], (before + after) // 2, energy.value))
                    gpu[2] = energy.value
            time.sleep(0.005)


class CounterReader:
    """Runs while a block does."""

    def __init__(self, path):
        self.path = str(path)

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, __file__, self.path])
        return self

    def __exit__(self, *_):
        open(self.path + ".stop", "w").close()
        self.process.wait()

    def counters(self):
        """{UUID: Counter}"""
        steps = {}
        for line in open(self.path):
            words = line.split()
            if len(words) == 3:
                steps.setdefault(words[0], []).append((int(words[1]), int(words[2])))
        return {uuid: Counter(found[1:]) for uuid, found in steps.items()}  # the first is no step


class Counter:
    """Energy at a moment: a straight line between the counter's steps, which are put on their grid if they have one."""

    def __init__(self, steps):
        origin = steps[0][0]
        numbers = [0]
        for (before, _), (now, _) in zip(steps, steps[1:]):
            numbers.append(numbers[-1] + round((now - before) / TICK))
        seconds = [now - origin for now, _ in steps]
        mean_number, mean_time = statistics.fmean(numbers), statistics.fmean(seconds)
        self.period = (sum((n - mean_number) * (t - mean_time) for n, t in zip(numbers, seconds)) /
                       sum((n - mean_number) ** 2 for n in numbers))
        offsets = [t - n * self.period for n, t in zip(numbers, seconds)]
        middle = statistics.median(offsets)
        self.residuals = [offset - middle for offset in offsets]
        self.on_grid = statistics.pstdev(self.residuals) < 6e6
        self.times = [origin + middle + n * self.period for n in numbers] if self.on_grid else [now for now, _ in steps]
        self.energies = [millijoules / 1e3 for _, millijoules in steps]

    def at(self, nanoseconds):
        """Joules; None: outside of what was read."""
        i = bisect.bisect_left(self.times, nanoseconds)
        if i == 0 or i == len(self.times):
            return None
        share = (nanoseconds - self.times[i - 1]) / (self.times[i] - self.times[i - 1])
        return self.energies[i - 1] + (self.energies[i] - self.energies[i - 1]) * share

    def describe(self):
        away = sorted(value / 1e6 for value in self.residuals)
        return "%d steps, every %.5f ms, %.1f ms (sd) from a grid, %.1f to %.1f" % (
            len(away), self.period / 1e6, statistics.pstdev(away), away[0], away[-1])


if __name__ == "__main__":
    read_counters(sys.argv[1])
