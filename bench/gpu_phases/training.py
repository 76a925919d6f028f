"""A small convolutional network, trained on random images.

usage: training.py STYLE    how it shows its phases: marks, nvtx (torch.cuda.nvtx), emit_nvtx (ranges of PyTorch's own), log (as sciml-bench), none
"""
import contextlib
import sys
import time

import iris_gpubench_marks as marks

STYLE = sys.argv[1]
IMAGES = 16384
BATCH = 256
EPOCHS = 3

if STYLE == "marks":
    marks.begin("imports")
import torch  # noqa: E402
if STYLE == "marks":
    marks.end("imports")


@contextlib.contextmanager
def phase(name):
    if STYLE == "marks":
        with marks.phase(name, sync=True):
            yield
    elif STYLE == "nvtx":
        torch.cuda.nvtx.range_push(name)
        yield
        torch.cuda.synchronize()
        torch.cuda.nvtx.range_pop()
    elif STYLE == "log":
        print("....<BEGIN> " + name, flush=True)
        started = time.monotonic()
        yield
        torch.cuda.synchronize()
        print("....<ENDED> %s [ELAPSED = %.6f sec]" % (name, time.monotonic() - started), flush=True)
    else:
        yield


def batches(images, labels):
    for start in range(0, IMAGES, BATCH):
        yield images[start:start + BATCH].cuda(), labels[start:start + BATCH].cuda()


def main():
    torch.zeros(1, device="cuda")
    with phase("data"):
        images = torch.randn(IMAGES, 3, 64, 64)
        labels = torch.randint(0, 10, (IMAGES,))
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 256, 3), torch.nn.ReLU(), torch.nn.Conv2d(256, 256, 3), torch.nn.ReLU(),
                              torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(256, 10)).cuda()
    optimiser = torch.optim.SGD(net.parameters(), 0.01)
    ranges = torch.autograd.profiler.emit_nvtx() if STYLE == "emit_nvtx" else contextlib.nullcontext()
    started = time.monotonic()
    with phase("training"), ranges:
        for _ in range(EPOCHS):
            with phase("epoch"):
                for x, y in batches(images, labels):
                    loss = torch.nn.functional.cross_entropy(net(x), y)
                    optimiser.zero_grad()
                    loss.backward()
                    optimiser.step()
                if STYLE == "marks":
                    marks.work(IMAGES, "images")
    torch.cuda.synchronize()
    print("trained in %.3f s" % (time.monotonic() - started), flush=True)
    with phase("evaluation"), torch.no_grad():
        for x, _ in batches(images, labels):
            net(x)


main()
