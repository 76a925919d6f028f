#!/usr/bin/env python3
"""Loads for measuring: a GPU made busy in known ways. Needs PyTorch with CUDA.

usage: gpu_load.py matmul SECONDS          flat matrix product (bf16, random data) on every visible GPU
       gpu_load.py trace                   about 45 s for a recorded trace: load, idle, bursts, square wave
"""
import sys
import time

import torch


def operands(device):
    generator = torch.Generator(device=device).manual_seed(1)
    make = lambda: torch.randn(8192, 8192, generator=generator, device=device, dtype=torch.float32).bfloat16()
    return make(), make()


def busy(pairs, seconds):
    """Keeps every GPU at matrix products for `seconds`; returns how many were done on each."""
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        for a, b in pairs:
            with torch.cuda.device(a.device):
                for _ in range(2):
                    torch.mm(a, b)
        for a, _ in pairs:
            torch.cuda.synchronize(a.device)
        count += 2
    return count


def rate(count, seconds):
    return count * 2 * 8192**3 / seconds / 1e12


def matmul(pairs, seconds):
    done = busy(pairs, seconds)
    print(f"{len(pairs)} GPU(s), {done} products each, {rate(done, seconds):.0f} TFLOP/s per GPU", flush=True)


def trace(pairs):
    def phase(name, seconds, load):
        print(f"{name}: {seconds} s", flush=True)
        if load:
            busy(pairs, seconds)
        else:
            time.sleep(seconds)

    phase("load", 12, True)
    phase("idle", 4, False)
    for length in (0.12, 0.5, 1.0, 2.0):
        phase("burst", length, True)
        phase("idle", 1.5, False)
    print("square wave, 1 s", flush=True)
    for _ in range(8):
        busy(pairs, 0.5)
        time.sleep(0.5)
    phase("load", 8, True)


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in ("matmul", "trace"):
        sys.exit(__doc__)
    pairs = [operands(torch.device("cuda", i)) for i in range(torch.cuda.device_count())]
    busy(pairs, 0.05)  # cuBLAS set up
    if sys.argv[1] == "matmul":
        matmul(pairs, float(sys.argv[2]))
    else:
        trace(pairs)


if __name__ == "__main__":
    main()
