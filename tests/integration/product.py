"""Drives the real program for integration tests: a scripted NVML, a stub carbon service, private servers."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import yaml

SOURCE = pathlib.Path(os.environ.get("SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("BUILD_DIR", SOURCE / "build/dev"))
PROGRAM = pathlib.Path(os.environ.get("IRIS_GPUBENCH", BUILD / "iris-gpubench"))
SUPPORT = SOURCE / "tests/support"
CLOSED_PORT = "http://127.0.0.1:9"  # nothing listens on the discard port


def needs_quiet(case):
    """Marks a test or a class whose figures need a machine that computes nothing else: ctest runs it after all the others."""
    case.needs_quiet = True
    return case


class Outcome:
    """One run of the program: what it said and what it left."""

    def __init__(self, code, stdout, stderr, results):
        self.code, self.stdout, self.stderr, self.results = code, stdout, stderr, results

    @property
    def directory(self):
        return self.results / "latest"

    @property
    def metrics(self):
        return yaml.safe_load((self.directory / "metrics.yml").read_text())

    def text(self, name):
        return (self.directory / name).read_text(errors="replace")

    def findings(self):
        return [finding["name"] for finding in self.metrics["findings"] or []]


class ProductTest(unittest.TestCase):
    """A folder, a scripted GPU and no network, new for each test."""

    gpu_script = "gpus 1\nprofile steady 100\n"

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.results = self.folder / "results"
        self.script_gpu(self.gpu_script)
        self.environment = {
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(self.folder),
            "IRIS_GPUBENCH_NVML": str(BUILD / "tests/support/fake_nvml/libnvidia-ml.so.1"),
            "FAKE_NVML_SCRIPT": str(self.folder / "gpu.script"),
            "IRIS_GPUBENCH_CARBON_URL": CLOSED_PORT,
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
        }

    def script_gpu(self, text):
        (self.folder / "gpu.script").write_text(text)

    def command(self, *arguments):
        return [str(PROGRAM), "--results_dir", str(self.results), *arguments]

    def start(self, *arguments):
        return subprocess.Popen(self.command(*arguments), env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", cwd=self.folder)

    def finish(self, process, timeout=60):
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f"the program did not end within {timeout} s: {process.communicate()}")
        return Outcome(process.returncode, stdout, stderr, self.results)

    def run_program(self, *arguments, timeout=60):
        return self.finish(self.start(*arguments), timeout)

    def interrupt(self, process, number=signal.SIGINT):
        process.send_signal(number)

    @staticmethod
    def expects(process, number):
        """Whether the signal no longer ends the process by itself: it is blocked or caught."""
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        masks = dict(line.split(":\t", 1) for line in status.splitlines() if line.startswith(("SigBlk", "SigCgt")))
        return any(int(mask, 16) >> (number - 1) & 1 for mask in masks.values())

    def assert_valid_results(self, outcome, plot=True):
        """Every file is there, whole, and no temporary file is left."""
        names = {path.name for path in outcome.directory.iterdir()}
        wanted = {"metrics.yml", "formatted_metrics.txt", "timeseries.csv", "power.csv", "benchmark.log", "runtime.log"}
        self.assertLessEqual(wanted | ({"metrics_plot.png"} if plot else set()), names)
        self.assertFalse([name for name in names if "tmp" in name or name.startswith(".")])
        self.assertIn("benchmark", outcome.metrics)
        if plot:
            png = (outcome.directory / "metrics_plot.png").read_bytes()
            self.assertTrue(png.startswith(b"\x89PNG") and png.endswith(b"IEND\xaeB`\x82"))

    def wait_for(self, condition, what, timeout=20):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.02)
        self.fail(f"timed out waiting for {what}")


@contextlib.contextmanager
def carbon_service(mode="ok"):
    """The stub carbon service in the given mode; yields its URL."""
    process = subprocess.Popen([str(SUPPORT / "stub-carbon-api"), "--port", "0", "--mode", mode], stdout=subprocess.PIPE, text=True)
    try:
        port = process.stdout.readline().split()[-1]
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
