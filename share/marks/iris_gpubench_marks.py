"""Marks phases of a program for iris-gpubench, which then reports the energy of each phase.

    import iris_gpubench_marks as marks

    with marks.phase("training"):
        for images, labels in loader:
            with marks.phase("step", sync=True):
                step(images, labels)
            marks.work(len(images), "images")

    @marks.phase("evaluation", sync=True)
    def evaluate(): ...

Outside a run of iris-gpubench nothing is written and nothing is imported. sync=True waits for the GPU at both ends
(PyTorch, CuPy and JAX, if the program has loaded one of them): without it, work that was only queued counts as the next
phase's. One file, no dependencies, Python 3.6 and newer; threads and forks are fine. Format: docs/formats.md, "Marks".
"""
import functools
import os
import sys
import threading
import time

__all__ = ["phase", "begin", "end", "moment", "work", "enabled", "use"]

_LONGEST = 255  # bytes of a line without its end
_TOKEN = b":::IRIS_GPUBENCH "  # before marks in a log
_descriptor = -1
_token = b""
_process = -1
_number = -1  # the descriptor's, for as long as this process lives: another thread may be writing to it
_thread = threading.local()
_lock = threading.Lock()


if hasattr(time, "clock_gettime_ns"):
    def _now(read=time.clock_gettime_ns, clock=time.CLOCK_MONOTONIC):
        return read(clock)
else:  # Python 3.6
    def _now():
        return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1e9)


def _open():
    global _descriptor, _token, _number
    path = os.environ.get("IRIS_GPUBENCH_MARKS", "")
    if path == "stdout":  # the engine is on another machine: by the log
        _descriptor, _token = 1, _TOKEN
        return
    if not path:
        return
    try:
        opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    except OSError:
        _descriptor = -1
        return
    if _number >= 0:
        os.dup2(opened, _number, inheritable=False)
        os.close(opened)
    else:
        _number = opened
    _descriptor = _number


def _first_line():
    """Which clock this process has: other kernels and time namespaces have others."""
    global _process
    with _lock:
        if _process == os.getpid():
            return
        _process = os.getpid()
        try:
            with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
                boot = file.read().strip()
        except OSError:
            boot = "-"
        try:
            namespace = os.stat("/proc/self/ns/time").st_ino
        except OSError:
            namespace = 0
        _put(("h %d %d %d %s %d\n" % (_now(), _process, int(time.time() * 1e6), boot, namespace)).encode())


def _put(line):
    global _descriptor
    try:
        os.write(_descriptor, _token + line)
    except OSError:
        _descriptor = -1  # the file is gone, or the disk full: the program goes on


def _who():
    if _process != os.getpid():
        _first_line()
        _thread.__dict__.clear()
    try:
        return _thread.who
    except AttributeError:
        identity = threading.get_native_id() if hasattr(threading, "get_native_id") else threading.get_ident() % 1000000007
        _thread.who = " %d/%d " % (_process, identity)
        return _thread.who


def _after_fork():
    global _lock, _process
    _lock = threading.Lock()  # another thread may have had it, and the child has none
    _process = -1
    _thread.__dict__.clear()


def _write(op, rest):
    line = (op + str(_now()) + _who() + rest).encode("utf-8", "replace")
    if len(line) > _LONGEST:
        line = line[:_LONGEST].decode("utf-8", "ignore").encode()
    _put(line + b"\n")


def _name(name):
    name = str(name)
    return name if name.isprintable() else " ".join("".join(c if c.isprintable() else " " for c in name).split())


def _wait_for_torch(torch):
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()


def _wait_for_cupy(cupy):
    cupy.cuda.get_current_stream().synchronize()


def _wait_for_jax(jax):
    jax.effects_barrier()
    (jax.device_put(0.0) + 0).block_until_ready()


def _synchronise():
    """Waits for the GPU work of libraries that the program itself has loaded."""
    for name, wait in (("torch", _wait_for_torch), ("cupy", _wait_for_cupy), ("jax", _wait_for_jax)):
        library = sys.modules.get(name)
        if library is not None:
            try:
                wait(library)
            except AttributeError:
                pass  # it is too old, or not all of it is imported: the program goes on


def enabled():
    """Whether marks are written."""
    return _descriptor >= 0


def use(path):
    """From now on marks of this process, and of those that it starts, go to this file; "": nowhere."""
    global _descriptor, _token, _process
    _descriptor, _token, _process = -1, b"", -1
    if path:
        os.environ["IRIS_GPUBENCH_MARKS"] = path
    else:
        os.environ.pop("IRIS_GPUBENCH_MARKS", None)
    _open()


def begin(name, sync=False):
    if _descriptor < 0:
        return
    if sync:
        _synchronise()
    _write("b ", _name(name))


def end(name="", sync=False):
    if _descriptor < 0:
        return
    if sync:
        _synchronise()
    _write("e ", _name(name))


def moment(name):
    if _descriptor >= 0:
        _write("i ", _name(name))


def work(amount, unit="units"):
    """Work done in the phase that is open: its energy is then also reported for one unit."""
    if _descriptor >= 0:
        _write("w ", "%.9g %s" % (amount, _name(unit)))


class phase:  # noqa: N801 - read as a word: "with phase(...)"
    """A phase as a context manager or a decorator."""

    __slots__ = ("_name", "_sync")

    def __init__(self, name, sync=False):
        self._name = name
        self._sync = sync

    def __enter__(self):
        if _descriptor >= 0:
            begin(self._name, self._sync)
        return self

    def __exit__(self, *error):
        if _descriptor >= 0:
            # After an error the GPU may be in no state to be waited for.
            end(self._name, self._sync and error[0] is None)
        return False

    def __call__(self, function):
        @functools.wraps(function)
        def marked(*arguments, **named):
            with self:
                return function(*arguments, **named)

        return marked


_open()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
