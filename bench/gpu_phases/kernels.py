"""Bursts of matrix products of known lengths at two powers, each a synchronised mark: "KIND SECONDS NUMBER".

usage: kernels.py SEED      Prints the power of each kind.
"""
import ctypes
import random
import sys
import time

import iris_gpubench_marks as marks
import torch

LENGTHS = ((0.05, 8), (0.5, 8), (5.0, 3))  # seconds, how often at each power
LOW_CONTRAST = 100  # watts above a GPU that only waits


def burst(matrix, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        torch.matmul(matrix, matrix)
        torch.cuda.synchronize()


class Counter:
    def __init__(self):
        self.nvml = ctypes.CDLL("libnvidia-ml.so.1")
        self.nvml.nvmlInit_v2()
        self.device, self.energy = ctypes.c_void_p(), ctypes.c_ulonglong()
        self.nvml.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(self.device))

    def joules(self):
        self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.device, ctypes.byref(self.energy))
        return self.energy.value / 1e3

    def watts(self, work, seconds=0.7):
        work(0.2)
        before, start = self.joules(), time.monotonic()
        work(seconds)
        return (self.joules() - before) / (time.monotonic() - start)


def matrix_of(size):
    return torch.randn(size, size, device="cuda", dtype=torch.bfloat16)


def main():
    random.seed(int(sys.argv[1]))
    counter = Counter()
    high = matrix_of(8192)
    burst(high, 0.5)
    waiting = counter.watts(time.sleep)
    powers = {size: counter.watts(lambda seconds, matrix=matrix_of(size): burst(matrix, seconds)) for size in (128, 256, 512, 768, 1024, 1536)}
    low = min(powers, key=lambda size: abs(powers[size] - waiting - LOW_CONTRAST))
    print("waiting %.0f W; low: size %d, %.0f W; all: %s" % (waiting, low, powers[low], {size: round(watts) for size, watts in powers.items()}))
    bursts = [(kind, seconds, number) for seconds, count in LENGTHS for number in range(count) for kind in ("high", "low")]
    random.shuffle(bursts)
    matrices = {"high": high, "low": matrix_of(low)}
    time.sleep(1)
    for kind, seconds, number in bursts:
        with marks.phase("%s %.2f %d" % (kind, seconds, number), sync=True):
            burst(matrices[kind], seconds)
        time.sleep(random.uniform(0.6, 1.0))


main()
