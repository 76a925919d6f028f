"""What samples of the GPU's performance counters (GPM) cost, and whether one long pair says what many short ones do.

usage: gpm.py      Prints: CPU and time of a sample and of its evaluation; power with and without a sample a second (ABBA), waiting and under load;
                   means of one pair over 20 s and of 20 pairs, under a load that changes.
"""
import ctypes
import statistics
import threading
import time

import torch

IDS = (2, 3, 5, 11, 12, 13, 10, 20, 21, 61, 60)


class Metric(ctypes.Structure):
    _fields_ = [("id", ctypes.c_uint), ("code", ctypes.c_int), ("value", ctypes.c_double), ("names", ctypes.c_void_p * 3)]


class Get(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint), ("count", ctypes.c_uint), ("begin", ctypes.c_void_p), ("end", ctypes.c_void_p), ("metrics", Metric * len(IDS))]


class Gpu:
    def __init__(self):
        self.nvml = ctypes.CDLL("libnvidia-ml.so.1")
        self.nvml.nvmlInit_v2()
        self.device = ctypes.c_void_p()
        self.nvml.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(self.device))

    def joules(self):
        value = ctypes.c_ulonglong()
        self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.device, ctypes.byref(value))
        return value.value / 1e3

    def step(self):
        """When the counter moves next, and its value then. It moves every 100 ms, so between two steps it says up to 100 ms too little."""
        value = self.joules()
        while (moved := self.joules()) == value:
            time.sleep(0.001)
        return time.monotonic(), moved

    def sample(self):
        sample = ctypes.c_void_p()
        self.nvml.nvmlGpmSampleAlloc(ctypes.byref(sample))
        self.take(sample)
        return sample

    def take(self, sample):
        code = self.nvml.nvmlGpmSampleGet(self.device, sample)
        if code:
            raise SystemExit("nvmlGpmSampleGet: error %d" % code)

    def means(self, begin, end):
        get = Get(1, len(IDS), begin, end)
        for place, metric in enumerate(IDS):
            get.metrics[place].id = metric
        self.nvml.nvmlGpmMetricsGet(ctypes.byref(get))
        return {metric.id: metric.value for metric in get.metrics if not metric.code}


def cost(name, action, count=50):
    walls, cpu = [], time.thread_time()
    for _ in range(count):
        start = time.perf_counter()
        action()
        walls.append(time.perf_counter() - start)
    walls.sort()
    print("%s: %.2f ms, 99 %% below %.2f ms, CPU %.2f ms" % (name, statistics.median(walls) * 1e3, walls[int(0.99 * count)] * 1e3,
                                                           (time.thread_time() - cpu) / count * 1e3))


def watts(gpu, seconds, sampling):
    begin, end = gpu.sample(), gpu.sample()
    time0, before = gpu.step()
    for second in range(1, seconds + 1):
        time.sleep(max(0, time0 + second - 0.05 - time.monotonic()))
        if sampling:
            begin, end = end, begin
            gpu.take(end)
            gpu.means(begin, end)
    time1, after = gpu.step()
    return (after - before) / (time1 - time0)


def abba(gpu, name, rounds=5, seconds=3):
    """Each round is without, with, with, without, so that a steady drift falls out of its difference."""
    differences, levels = [], []
    for _ in range(rounds):
        a, b, c, d = (watts(gpu, seconds, sampling) for sampling in (False, True, True, False))
        differences.append((b + c - a - d) / 2)
        levels += [a, d]
    error = statistics.stdev(differences) / rounds ** 0.5
    print("%s: %+.2f W by a sample a second (standard error %.2f W), at %.1f W" % (name, statistics.fmean(differences), error,
                                                                                statistics.fmean(levels)), flush=True)


def load(stop, pause):
    matrix = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
    while not stop.is_set():
        end = time.monotonic() + 0.7
        while time.monotonic() < end and not stop.is_set():
            torch.matmul(matrix, matrix)
            torch.cuda.synchronize()
        if pause:
            time.sleep(0.5)


def under_load(action, pause=False):
    stop = threading.Event()
    thread = threading.Thread(target=load, args=(stop, pause))
    thread.start()
    time.sleep(3)
    action()
    stop.set()
    thread.join()


def pairs(gpu):
    samples = [gpu.sample()]
    for _ in range(20):
        time.sleep(1)
        samples.append(gpu.sample())
    whole = gpu.means(samples[0], samples[-1])
    parts = [gpu.means(a, b) for a, b in zip(samples, samples[1:])]
    for metric in (2, 5, 10):
        print("metric %d: one pair %.2f %%, 20 pairs %.2f %%" % (metric, whole[metric], statistics.fmean(part[metric] for part in parts)))


def main():
    gpu = Gpu()
    torch.zeros(1, device="cuda")
    first = gpu.sample()
    time.sleep(0.5)
    second = gpu.sample()
    spare = gpu.sample()
    cost("sample", lambda: gpu.take(spare))
    cost("evaluation of %d metrics" % len(IDS), lambda: gpu.means(first, second))
    under_load(lambda: pairs(gpu), pause=True)
    time.sleep(5)
    abba(gpu, "waiting", rounds=2)
    under_load(lambda: abba(gpu, "under load"))


main()
