#!/usr/bin/python3
"""What is made of an archive: recipes with its sums, and the wheel; and quickstart without root. The archive here is a small one of text files; scripts/test-packages
tries the real ones."""
import base64
import hashlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest
import zipfile

import yaml

from product import SOURCE

NAME = "iris-gpubench-1.2.3-linux-x86_64"
FILES = {"bin/iris-gpubench": "launcher", "lib/iris-gpubench/programs/iris-gpubench": "program", "share/iris-gpubench/h200.trace": "trace",
         "share/doc/iris-gpubench/LICENSE": "licence", "share/doc/iris-gpubench/sbom.spdx.json": "{}", "share/man/man1/iris-gpubench.1": "page",
         "START-HERE.txt": "text"}


def make_archive(folder):
    path = folder / f"{NAME}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in FILES.items():
            entry = tarfile.TarInfo(f"{NAME}/{name}")
            entry.size, entry.mtime, entry.mode = len(text), 1790000000, 0o755 if "bin/" in name or "programs/" in name else 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path


class Packaging(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gpubench-packaging-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_script(self, name, *arguments):
        return subprocess.run([str(SOURCE / "packaging" / name), *map(str, arguments)], capture_output=True, text=True, timeout=60)

    def test_recipes_have_address_and_sums(self):
        for machine in ("x86_64", "aarch64"):
            (self.folder / f"iris-gpubench-1.2.3-linux-{machine}.tar.gz.sha256").write_text(f"{machine[0] * 64}  iris-gpubench\n")
        made = self.run_script("make-recipes", self.folder, "https://example.org/releases/", self.folder / "recipes")
        self.assertEqual(made.returncode, 0, made.stderr)
        recipes = {path.name: path.read_text() for path in (self.folder / "recipes").iterdir()}
        self.assertEqual(len(recipes), 5)
        for name, text in recipes.items():
            with self.subTest(recipe=name):
                self.assertNotRegex(text, r"@[A-Z0-9_]+@")
                for part in ("1.2.3", "https://example.org/releases", "x" * 64, "a" * 64):
                    self.assertIn(part, text)
        for name in ("spack.py", "easybuild.eb"):
            compile(recipes[name], name, "exec")
        self.assertEqual(yaml.safe_load(recipes["conda-forge.yaml"])["package"]["name"], "iris-gpubench")

    def test_a_recipe_without_a_sum_is_refused(self):
        (self.folder / "iris-gpubench-1.2.3-linux-x86_64.tar.gz.sha256").write_text("0" * 64 + "  iris-gpubench\n")
        made = self.run_script("make-recipes", self.folder, "https://example.org", self.folder / "recipes")
        self.assertNotEqual(made.returncode, 0)
        self.assertIn("SHA256_AARCH64", made.stderr)

    def test_the_wheel_is_whole_and_the_same_each_time(self):
        archive = make_archive(self.folder)
        for place in ("first", "second"):
            made = self.run_script("make-wheel", archive, self.folder / place)
            self.assertEqual(made.returncode, 0, made.stderr)
        wheel, = (self.folder / "first").iterdir()
        self.assertEqual(wheel.read_bytes(), (self.folder / "second" / wheel.name).read_bytes())
        self.assertIn("py3-none-manylinux_2_17_x86_64", wheel.name)
        with zipfile.ZipFile(wheel) as file:
            names = file.namelist()
            self.assertIn("iris_gpubench/__init__.py", names)
            self.assertIn("iris_gpubench/py.typed", names)
            self.assertIn("iris_gpubench_marks.py", names)
            self.assertFalse([name for name in names if name.endswith(("iris-gpubench.1", "START-HERE.txt", ".pyc"))])
            program = file.getinfo("iris_gpubench-1.2.3.data/scripts/iris-gpubench")
            self.assertEqual(program.external_attr >> 16 & 0o777, 0o755)
            for line in file.read("iris_gpubench-1.2.3.dist-info/RECORD").decode().splitlines():
                name, digest, size = line.rsplit(",", 2)
                if digest:
                    content = file.read(name)
                    self.assertEqual(digest, "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode())
                    self.assertEqual(int(size), len(content))
            self.assertIn("gpu_monitor = ", file.read("iris_gpubench-1.2.3.dist-info/entry_points.txt").decode())
            self.assertNotRegex(file.read("iris_gpubench-1.2.3.dist-info/METADATA").decode(), r"\]\((?!http)")

    def test_workflows_name_scripts_that_are_there(self):
        for path in (SOURCE / ".github/workflows").glob("*.yml"):
            jobs = yaml.safe_load(path.read_text())["jobs"]
            lines = "\n".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
            for script in re.findall(r"(?:scripts|packaging)/[\w-]+|\.ci/run", lines):
                self.assertTrue((SOURCE / script).exists(), f"{path.name}: {script}")


@unittest.skipUnless(os.geteuid() == 0, "to be another user needs root")
class QuickstartWithoutRoot(unittest.TestCase):
    """A copy whose build makes a stand-in for the program, on a machine that lacks some packages."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gpubench-quickstart-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name in ("scripts", "traces", "bin"):
            (self.folder / name).mkdir()
        shutil.copy(SOURCE / "quickstart", self.folder)
        shutil.copy(SOURCE / "scripts/packages.sh", self.folder / "scripts")
        (self.folder / "traces/h200.trace").touch()
        self.script("scripts/build", "mkdir -p build/release && cp program build/release/iris-gpubench")
        self.script("program", 'mkdir -p results/run && ln -sfn run results/latest && echo "$@" >results/run/arguments')
        for path in pathlib.Path("/usr/bin").iterdir():
            if not path.name.startswith(("gnuplot", "docker", "sudo", "dpkg-query")):
                (self.folder / "bin" / path.name).symlink_to(path)
        subprocess.run(["chown", "-R", "65534:65534", str(self.folder)], check=True)

    def script(self, name, line):
        (self.folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (self.folder / name).chmod(0o755)

    def quickstart(self, *lacking):
        self.script("bin/dpkg-query", f"for last; do :; done\ncase $last in {'|'.join(lacking)}) ;; *) echo installed ;; esac")
        return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(self.folder / "quickstart")], timeout=60,
                              env={"PATH": str(self.folder / "bin"), "HOME": "/nonexistent"}, capture_output=True, text=True)

    def test_all_missing_packages_are_named_at_once(self):
        done = self.quickstart("libfmt-dev", "zlib1g-dev", "fonts-dejavu-core")
        self.assertEqual(done.returncode, 1)
        for package in ("libfmt-dev", "zlib1g-dev", "fonts-dejavu-core"):
            self.assertIn(package, done.stderr.splitlines()[0])
        self.assertIn("apt-get install", done.stderr)

    def test_it_does_not_stop_for_gnuplot(self):
        done = self.quickstart("gnuplot-nox", "fonts-dejavu-core")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("gnuplot-nox fonts-dejavu-core", done.stdout)
        self.assertIn("--no-plot", (self.folder / "results/run/arguments").read_text())


if __name__ == "__main__":
    unittest.main()
