#!/usr/bin/env python3
"""A GPU kept ready and made busy on request, so that a load of one second is one second and not five of start-up.

usage: load_server.py serve SOCKET                    prepares the GPU, then serves until its standard input ends
       load_server.py request SOCKET LOAD AMOUNT      runs one load to its end; prints what was done as JSON

LOAD, AMOUNT in seconds: flat (matrix products, random data), copy (device memory), square100, square137 (ms, half of it busy), bursts (5 to
300 ms at random), phases (flat, idle, copy), parts (flat, copy, square137, flat, bursts, copy, a sixth of the time each; says when they began
and ended). kernel: AMOUNT repetitions of one fixed kernel. loop: AMOUNT repetitions of a memory-bound kernel whose time does not depend on the
power limit. Needs PyTorch with CUDA; a request needs Python alone.
"""
import json
import os
import socket
import sys
import time


def request(path, load, amount):
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        link.sendall(json.dumps({"load": load, "amount": float(amount)}).encode() + b"\n")
        answer = link.makefile().readline()
    print(answer, end="")
    return 0 if answer else 1


class Loads:
    def __init__(self):
        import random
        import torch

        self.torch = torch
        self.random = random.Random(7)
        make = lambda: torch.randn(8192, 8192, device="cuda", dtype=torch.float32).bfloat16()
        self.a, self.b, self.c = make(), make(), make()
        self.small = [torch.randn(4096, 4096, device="cuda").bfloat16() for _ in range(3)]
        self.source = torch.empty(1 << 30, dtype=torch.uint8, device="cuda").random_()
        self.target = torch.empty_like(self.source)
        for load in (self.product, self.small_product, self.copy):
            load()
        torch.cuda.synchronize()

    def product(self):
        self.torch.mm(self.a, self.b, out=self.c)

    def small_product(self):
        self.torch.mm(self.small[0], self.small[1], out=self.small[2])

    def copy(self):
        self.target.copy_(self.source)

    def until(self, end, work):
        while time.monotonic() < end:
            work()
            self.torch.cuda.synchronize()

    def flat(self, seconds):
        self.until(time.monotonic() + seconds, lambda: (self.product(), self.product()))

    def copying(self, seconds):
        self.until(time.monotonic() + seconds, self.copy)

    def square(self, seconds, period):
        start = time.monotonic()
        for i in range(int(seconds / period)):
            self.until(start + (i + 0.5) * period, self.small_product)
            time.sleep(max(0, start + (i + 1) * period - time.monotonic()))

    def bursts(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.until(min(end, time.monotonic() + self.random.uniform(0.005, 0.3)), self.small_product)
            time.sleep(max(0, min(end - time.monotonic(), self.random.uniform(0.005, 0.3))))

    def phases(self, seconds):
        self.flat(seconds / 3)
        time.sleep(seconds / 3)
        self.copying(seconds / 3)

    def parts(self, seconds):
        marks = [time.time()]
        for work in (self.flat, self.copying, lambda length: self.square(length, 0.137), self.flat, self.bursts, self.copying):
            work(marks[0] + len(marks) * seconds / 6 - time.time())
            marks.append(time.time())
        return marks

    def repeat(self, count, work, at_once):
        for _ in range(int(count)):
            for _ in range(at_once):
                work()
        self.torch.cuda.synchronize()

    def run(self, load, amount):
        known = {
            "flat": lambda: self.flat(amount),
            "copy": lambda: self.copying(amount),
            "square100": lambda: self.square(amount, 0.1),
            "square137": lambda: self.square(amount, 0.137),
            "bursts": lambda: self.bursts(amount),
            "phases": lambda: self.phases(amount),
            "parts": lambda: self.parts(amount),
            "kernel": lambda: self.repeat(amount, self.product, 150),
            "loop": lambda: self.repeat(amount, self.copy, 1),
        }
        start = time.monotonic()
        marks = known[load]()
        return {"load": load, "amount": amount, "seconds": time.monotonic() - start, "marks": marks}


def serve(path):
    import threading

    loads = Loads()
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print("ready", flush=True)
    while True:
        link, _ = listener.accept()
        with link:
            wanted = json.loads(link.makefile().readline())
            link.sendall(json.dumps(loads.run(wanted["load"], wanted["amount"])).encode() + b"\n")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "serve":
        serve(sys.argv[2])
    elif len(sys.argv) == 5 and sys.argv[1] == "request":
        sys.exit(request(*sys.argv[2:]))
    else:
        sys.exit(__doc__)
