"""A real Apptainer from Debian sid in a root of its own, made once in the build folder, and images for it and for Charliecloud."""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

from product import BUILD, SUPPORT, ProductTest

QUICK = ("--idle_roll", "0", "--no_plot", "--no_live_monitor")
FOLDER = BUILD / "apptainer"
APPLETS = ("sh", "ls", "cat", "sleep", "env", "echo", "kill", "true", "test", "id", "mkdir", "touch", "pwd", "setsid")


def make_folder_image(folder):
    """An image as a folder: busybox, and an empty folder for each thing that engines mount."""
    for name in ("bin", "etc", "tmp", "var/tmp", "proc", "sys", "dev", "root/results", "data", "out"):
        (folder / name).mkdir(parents=True)
    for name in ("passwd", "group", "resolv.conf", "hosts"):
        (folder / "etc" / name).touch()
    shutil.copy(shutil.which("busybox"), folder / "bin/busybox")
    for applet in APPLETS:
        (folder / "bin" / applet).symlink_to("busybox")


def make_archive(image, folder, entry_point):
    """folder/bench.tar as "docker save" writes it, of one layer."""
    layer = folder / "layer.tar"
    with tarfile.open(layer, "w") as tar:
        tar.add(image, arcname=".")
    digest = hashlib.sha256(layer.read_bytes()).hexdigest()
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Entrypoint": entry_point, "Env": ["PATH=/bin"]},
                         "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest]}, "history": [{"created": "2024-01-01T00:00:00Z"}]})
    name = hashlib.sha256(config.encode()).hexdigest() + ".json"
    (folder / name).write_text(config)
    (folder / "manifest.json").write_text(json.dumps([{"Config": name, "RepoTags": ["bench:1"], "Layers": ["layer.tar"]}]))
    with tarfile.open(folder / "bench.tar", "w") as tar:
        for member in ("manifest.json", name, "layer.tar"):
            tar.add(folder / member, arcname=member)


def make_root():
    """Returns the folder of the program."""
    made = subprocess.run([str(SUPPORT / "make-apptainer-root"), str(FOLDER), str(BUILD / "tests/support/fake_nvml/libnvidia-ml.so.1")],
                          capture_output=True, text=True, timeout=300, check=False)
    if made.returncode != 0:
        raise RuntimeError(made.stdout[-2000:] + made.stderr[-2000:])
    return FOLDER / "bin"


@unittest.skipUnless(os.geteuid() == 0, "a root for Apptainer needs root")
class ApptainerTest(ProductTest):
    """Images are made once for the tests of a class."""

    @classmethod
    def setUpClass(cls):
        make_root()
        cls.images = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-images-"))
        cls.images.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.images, ignore_errors=True)
        make_folder_image(cls.images / "folder")
        subprocess.run([str(FOLDER / "bin/apptainer"), "build", str(cls.images / "bench.sif"), str(cls.images / "folder")], check=True, capture_output=True)

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.environment["PATH"] = f"{FOLDER}/bin:{self.environment['PATH']}"
        self.sif = str(self.images / "bench.sif")

    def shell(self, line, *options, image=None, timeout=60):
        """One quick run of a shell line in the image, without GPUs."""
        return self.run_program(*QUICK, "--gpu_access", "none", *options, "--benchmark_image", image or self.sif, "--", "sh", "-c", line, timeout=timeout)

    def own_processes(self):
        """Those that belong to this test: started with its folder in the environment, or with a file of it open (in a root of its own)."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                if process.name != str(os.getpid()) and self.is_own(process):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        return found

    def is_own(self, process):
        with contextlib.suppress(OSError):
            if str(self.folder).encode() in (process / "environ").read_bytes():
                return True
            return any(self.folder.name in os.readlink(file) for file in (process / "fd").iterdir())
        return False
