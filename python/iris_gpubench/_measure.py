"""Measuring: the program is started beside this process, or for a command."""
import contextlib
import os
import signal
import subprocess
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from ._marks import marks_in
from ._program import ProgramError, program
from ._record import Emissions, Finding, Gpu, Interval, PathLike, Phase, Run, RunNotFound, load


def _options(options: Dict[str, Any]) -> List[str]:
    """Keyword arguments as options of the program: interval=0.5 is --interval 0.5, no_plot=True is --no-plot."""
    words: List[str] = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        words.append("--" + name.replace("_", "-"))
        if value is not True:
            words.append(os.fspath(value) if isinstance(value, os.PathLike) else str(value))
    return words


class _Child:
    """The program while it measures. It says through a pipe in which folder, as soon as measuring has begun."""

    def __init__(self, words: Sequence[str]) -> None:
        reader, writer = os.pipe()
        try:
            self.process = subprocess.Popen([program(), *_with_ready(words, writer)], pass_fds=[writer], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            os.close(reader)
            raise ProgramError("iris-gpubench could not be started: {}".format(error)) from error
        finally:
            os.close(writer)
        with os.fdopen(reader, encoding="utf-8", errors="surrogateescape") as ready:
            self.folder = ready.readline().rstrip("\n")
        if not self.folder:
            error_text = self.wait()
            raise ProgramError(error_text.strip() or "iris-gpubench ended before it measured", self.process.returncode)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def wait(self) -> str:
        """What it wrote to standard error."""
        return self.process.communicate()[1].decode("utf-8", "replace")

    def result(self) -> Run:
        error_text = self.wait()
        try:
            return load(self.folder)
        except RunNotFound:
            raise ProgramError(error_text.strip() or "iris-gpubench left no account", self.process.returncode) from None


def _with_ready(words: Sequence[str], descriptor: int) -> List[str]:
    command = words[:1] if words[:1] == ["attach"] else []
    return [*command, "--ready-fd", str(descriptor), *words[len(command):]]


class Measurement:
    """What `measure` gives: the figures of the run, once its block has ended. Before that they are not known."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._run: Optional[Run] = None

    @property
    def run(self) -> Run:
        """The whole account."""
        if self._run is None:
            raise RuntimeError("the figures are known when the block has ended")
        return self._run

    @property
    def energy_joules(self) -> Optional[float]:
        return self.run.energy_joules

    @property
    def energy_interval(self) -> Optional[Interval]:
        return self.run.energy_interval

    @property
    def elapsed_seconds(self) -> float:
        return self.run.elapsed_seconds

    @property
    def emissions(self) -> Emissions:
        return self.run.emissions

    @property
    def findings(self) -> Tuple[Finding, ...]:
        return self.run.findings

    @property
    def phases(self) -> Tuple[Phase, ...]:
        return self.run.phases

    @property
    def gpus(self) -> Tuple[Gpu, ...]:
        return self.run.gpus


@contextlib.contextmanager
def measure(name: str = "python", *, results_dir: PathLike = "results", **options: Any) -> Iterator[Measurement]:
    """Measures this process, with all that it starts, while the block lasts. Also a decorator: @measure("name").

    The block begins once idle_roll seconds (1.5) of idle time have been measured. Work that is still queued on a GPU at its end is not
    part of it: synchronise first (torch.cuda.synchronize()). phase() and work() within the block are phases of this run. `options` are
    those of `iris-gpubench attach`: interval=0.5, no_plot=True.
    """
    measurement = Measurement(name)
    words = ["attach", str(os.getpid()), "--name", name, "--results-dir", os.fspath(results_dir), "--no-live-monitor", *_options(options)]
    child = _Child(words)
    try:
        with marks_in(child.folder):
            yield measurement
    finally:
        child.stop()
        measurement._run = child.result()


def run(command: Sequence[PathLike], *, results_dir: PathLike = "results", **options: Any) -> Run:
    """Runs a command and measures it. Raises ProgramError if it could not be run; a failure of the command itself is in `exit_code`.

    The command's output goes to benchmark.log in the run's folder. `options` are those of `iris-gpubench`: interval=0.5, no_plot=True.
    """
    words = ["--results-dir", os.fspath(results_dir), "--no-live-monitor", *_options(options), "--", *[os.fspath(word) for word in command]]
    return _Child(words).result()
