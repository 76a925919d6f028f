"""What a mark, or an NVTX range of PyTorch's, costs a program.

usage: cost.py marks|nvtx
"""
import sys
import time


def nanoseconds(count, action):
    action()
    start = time.perf_counter()
    for _ in range(count):
        action()
    return (time.perf_counter() - start) / count * 1e9


if sys.argv[1] == "marks":
    import iris_gpubench_marks as marks

    def both():
        marks.begin("cost")
        marks.end("cost")

    print("%.0f ns a mark" % (nanoseconds(20000, both) / 2))
else:
    from torch.cuda import nvtx

    def push_and_pop():
        nvtx.range_push("cost")
        nvtx.range_pop()

    print("%.0f ns a range" % nanoseconds(100000, push_and_pop))
