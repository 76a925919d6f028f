"""Engines of their own for tests: a dockerd, or Podman's compatible service."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from product import SUPPORT, ProductTest

QUICK = ("--idle_roll", "0", "--no_plot", "--no_live_monitor")


@unittest.skipUnless(os.geteuid() == 0, "an engine of its own needs root")
class EngineTest(ProductTest):
    """One dockerd for the tests of a class; no container may be left after any of them."""

    starter, stopper, options = "start-dockerd", "stop-dockerd", ()

    @classmethod
    def setUpClass(cls):
        cls.engine_folder = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-engine-"))
        cls.addClassCleanup(cls.stop_engine)
        cls.start_engine()

    @classmethod
    def start_engine(cls):
        started = subprocess.run([str(SUPPORT / cls.starter), str(cls.engine_folder), *cls.options], capture_output=True, text=True)
        if started.returncode != 0:
            raise RuntimeError(started.stderr)
        cls.docker_host = dict(line.split("=", 1) for line in started.stdout.splitlines())["DOCKER_HOST"]

    @classmethod
    def stop_engine(cls):
        subprocess.run([str(SUPPORT / cls.stopper), str(cls.engine_folder)], capture_output=True)
        shutil.rmtree(cls.engine_folder, ignore_errors=True)

    @classmethod
    def docker(cls, *arguments, stdin=None):
        return subprocess.run(["docker", "-H", cls.docker_host, *arguments], capture_output=True, text=True, input=stdin,
                              check=True).stdout

    def setUp(self):
        super().setUp()
        self.environment["DOCKER_HOST"] = self.docker_host

    def containers(self):
        return self.docker("ps", "-aq").split()

    def tearDown(self):
        self.assertEqual(self.containers(), [], "a container was left behind")

    def shell(self, line, *options, timeout=60):
        """One quick run of a shell line in busybox."""
        return self.run_program(*QUICK, *options, "--benchmark_image", "bb", "--", "sh", "-c", line, timeout=timeout)


class PodmanTest(EngineTest):
    """The same with Podman's service."""

    starter, stopper = "start-podman", "stop-podman"
