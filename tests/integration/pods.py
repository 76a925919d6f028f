"""Pods of a Podman of its own, without a network: what a cluster does with the manifests of share/kubernetes, as far as Podman can."""
import copy
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

import yaml

from product import BUILD, CLOSED_PORT, PROGRAM, SOURCE, SUPPORT

LAUNCHER = """#!/bin/sh
exec /gpubench/lib/loader --library-path /gpubench/lib /gpubench/lib/iris-gpubench "$@"
"""
# What a node's driver would bring.
GPU = {"IRIS_GPUBENCH_NVML": "/gpubench/lib/libnvidia-ml.so.1", "FAKE_NVML_SCRIPT": "/gpubench/gpu.script", "IRIS_GPUBENCH_CARBON_URL": CLOSED_PORT,
       "IRIS_GPUBENCH_IDLE_ROLL": "0.3", "IRIS_GPUBENCH_NO_PLOT": "true"}


def make_archive(folder, gpu_script):
    """folder/iris-gpubench-test.tar.gz: the program with its libraries, as in the real archive, and a GPU for it."""
    tree = folder / "iris-gpubench-test"
    for name in ("bin", "lib"):
        (tree / name).mkdir(parents=True)
    (tree / "bin/iris-gpubench").write_text(LAUNCHER)
    (tree / "bin/iris-gpubench").chmod(0o755)
    (tree / "gpu.script").write_text(gpu_script)
    subprocess.run(["strip", "-o", str(tree / "lib/iris-gpubench"), str(PROGRAM)], check=True)
    nvml = BUILD / "tests/support/fake_nvml/libnvidia-ml.so.1"
    shutil.copy(nvml, tree / "lib")
    for binary in (PROGRAM, nvml):
        listed = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=True).stdout
        for path in re.findall(r"(?:=> |^\s*)(/\S+)", listed, re.M):
            shutil.copy(path, tree / "lib" / ("loader" if "ld-linux" in path else os.path.basename(path)))
    with tarfile.open(folder / "iris-gpubench-test.tar.gz", "w:gz", compresslevel=0) as archive:
        archive.add(tree, arcname=tree.name)


def pod_of(documents, name, arguments, labels=None, annotations=None):
    """The pod that a Job's controller makes of its template, with the benchmark's own arguments and the node's GPU."""
    template = copy.deepcopy(next(one for one in documents if one["kind"] == "Job")["spec"]["template"])
    for container in template["spec"]["containers"] + template["spec"]["initContainers"]:
        container.setdefault("env", []).extend({"name": key, "value": value} for key, value in GPU.items())
        if container["name"] == "benchmark":
            container["args"] = arguments
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels or {}, "annotations": annotations or {}}, "spec": template["spec"]}


@unittest.skipUnless(os.geteuid() == 0, "an engine of its own needs root")
class PodTest(unittest.TestCase):
    gpu_script = "gpus 1\nprofile steady 100\n"

    @classmethod
    def setUpClass(cls):
        cls.engine = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-pods-"))
        cls.addClassCleanup(shutil.rmtree, cls.engine, ignore_errors=True)
        cls.addClassCleanup(subprocess.run, [str(SUPPORT / "stop-podman"), str(cls.engine)], capture_output=True)
        started = subprocess.run([str(SUPPORT / "start-podman"), str(cls.engine)], capture_output=True, text=True)
        if started.returncode != 0:
            raise RuntimeError(started.stderr)
        context = cls.engine / "archive"
        make_archive(context, cls.gpu_script)
        cls.podman("build", "--network=none", "--pull=never", "--layers=false", "--build-arg", "BASE=localhost/bb", "--build-arg", "ARCHIVE=iris-gpubench-test",
                   "-t", "localhost/iris-gpubench", "-f", str(SOURCE / "share/kubernetes/Dockerfile"), str(context))
        cls.podman("tag", "localhost/bb", "localhost/benchmark")

    @classmethod
    def podman(cls, *arguments, timeout=60, check=True):
        """With the options of start-podman."""
        place = [f"--{option}={cls.engine}/{folder}" for option, folder in (("root", "root"), ("runroot", "run"), ("tmpdir", "tmp"))]
        done = subprocess.run(["podman", *place, "--storage-driver=vfs", "--runtime=runc", "--cgroup-manager=cgroupfs", "--events-backend=file", *arguments],
                              env={**os.environ, "CONTAINERS_CONF": str(cls.engine / "containers.conf"), "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
                              capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"podman {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def setUp(self):
        self.addCleanup(self.podman, "volume", "rm", "--all", "--force")
        self.addCleanup(self.podman, "pod", "rm", "--all", "--force", "--time=0")

    def play(self, *documents):
        manifest = self.engine / "manifest.yaml"
        manifest.write_text(yaml.safe_dump_all(documents))
        self.podman("play", "kube", "--network=none", str(manifest))

    def exit_status(self, container):
        return int(self.podman("wait", container))

    def logs(self, container):
        return self.podman("logs", container)

    def volume(self, name):
        return pathlib.Path(self.podman("volume", "inspect", "--format={{.Mountpoint}}", name).strip())
