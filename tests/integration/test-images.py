#!/usr/bin/python3
"""The benchmark images: dummy is built and run; the others are built on a base that stands in for what they would fetch."""
import os
import re
import subprocess
import unittest

import product
from engines import QUICK, EngineTest

FOLDER = product.SOURCE / "Benchmark_Docker"
NAMES = ["dummy", "gpu_base", "mantid_base", "mantid_run_1", "mantid_run_8", "mnist_tf_keras", "sciml_base",
         "stemdl_classification_1gpu", "stemdl_classification_2gpu", "synthetic_regression"]

# Each program that the builds call says that it was called and does what the next step needs.
STAND_IN = r"""FROM bb
RUN for name in apt-get git pip sciml-bench bash; do \
      printf '#!/bin/sh\necho "$(basename "$0") $*" >>/calls\n' >/bin/$name.new && rm -f /bin/$name && mv /bin/$name.new /bin/$name && chmod 755 /bin/$name; \
    done \
 && printf '#!/bin/sh\necho "python3 $*" >>/calls\nmkdir -p /opt/bench/bin\ncp /bin/pip /opt/bench/bin/pip\n' >/bin/python3 && chmod 755 /bin/python3 \
 && mkdir -p /var/lib/apt/lists /usr/local/bin
"""


class Images(EngineTest):
    @classmethod
    def build(cls, *arguments):
        environment = {"PATH": os.environ["PATH"], "DOCKER_HOST": cls.docker_host, "HOME": str(cls.engine_folder)}
        return subprocess.run([str(FOLDER / "build_images.sh"), *arguments], env=environment, capture_output=True, text=True)

    def test_list(self):
        listed = [line.split()[0] for line in self.build("--list").stdout.splitlines()]
        self.assertEqual(sorted(listed), NAMES)
        self.assertLess(listed.index("gpu_base"), listed.index("sciml_base"))
        self.assertLess(listed.index("sciml_base"), listed.index("mnist_tf_keras"))
        self.assertEqual([line.split()[0] for line in self.build("--list", "mantid_run_1").stdout.splitlines()],
                         ["gpu_base", "mantid_base", "mantid_run_1"])
        unknown = self.build("no_such_image")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("no_such_image", unknown.stderr)

    def test_dummy_is_built_and_runs(self):
        built = self.build("--base", "bb", "dummy", "--", "--network", "none")
        self.assertEqual(built.returncode, 0, built.stderr)
        outcome = self.run_program(*QUICK, "--env", "DUMMY_SECONDS=1", "--benchmark_image", "dummy")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(outcome.text("benchmark.log"), "sleeping for 1 s\nawake again\n")
        self.assertAlmostEqual(outcome.metrics["score"], 1.0, delta=0.5)
        self.assertEqual(self.docker("inspect", "--format", "{{.Config.User}}", "dummy").strip(), "1000:1000")

    def test_check_image(self):
        self.assertEqual(self.build("--base", "bb", "dummy", "--", "--network", "none").returncode, 0)
        checked = self.check("dummy", "--env", "DUMMY_SECONDS=0", "--gpus", "none")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertEqual(checked.stdout.count("ok:"), 3, checked.stdout)
        without_score = self.check("bb", "--", "true")
        self.assertEqual(without_score.returncode, 1)
        self.assertIn("FAILED: it leaves no score", without_score.stdout)
        self.assertIn("FAILED: it has no GPU", without_score.stdout)
        self.assertIn("FAILED: it ends with exit code 3", self.check("bb", "--", "sh", "-c", "exit 3").stdout)
        self.assertIn("FAILED: it cannot be run", self.check("no-such-image").stdout)

    def check(self, name, *options):
        cut = options.index("--") if "--" in options else len(options)
        command = [str(product.PROGRAM), "check-image", name, "--results_dir", str(self.results), *options[:cut], *options[cut:]]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)

    def test_all_are_built_in_order_on_a_stand_in(self):
        self.docker("build", "--network", "none", "-t", "stand_in", "-", stdin=STAND_IN)
        built = self.build("--base", "stand_in", "--", "--network", "none")
        self.assertEqual(built.returncode, 0, built.stdout[-2000:] + built.stderr[-2000:])
        tags = self.docker("images", "--format", "{{.Repository}}").split()
        self.assertLessEqual(set(NAMES), set(tags))
        calls = self.calls_of("stemdl_classification_2gpu")
        self.assertIn("sciml-bench install stemdl_classification", calls)
        self.assertIn("sciml-bench download stemdl_ds1", calls)
        self.assertRegex(calls, r"git fetch .*sciml-bench.git [0-9a-f]{40}")
        self.assertRegex(self.calls_of("mantid_run_8"), r"git fetch .*mantid_imaging_cloud_bench.git [0-9a-f]{40}")
        outcome = self.run_program(*QUICK, "--benchmark_image", "stemdl_classification_2gpu")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIsNotNone(outcome.metrics["score"])

    def calls_of(self, image):
        return self.docker("run", "--rm", "--network", "none", "--entrypoint", "cat", image, "/calls")

    def test_the_first_that_fails_is_named_and_ends_it(self):
        broken = self.build("--base", "no-such-image:1", "mantid_run_1", "dummy", "--", "--network", "none")
        self.assertEqual(broken.returncode, 1)
        self.assertIn("gpu_base could not be built", broken.stderr)
        self.assertNotIn("build_images: dummy\n", broken.stdout)


class Dockerfiles(unittest.TestCase):
    """The rules that a linter would hold."""

    def test_rules(self):
        for path in sorted((FOLDER / "Benchmark_Dockerfiles").glob("Dockerfile.*")):
            with self.subTest(path=path.name):
                text = path.read_text().replace("\\\n", " ")
                code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
                self.assertRegex(code, r"\AARG BASE_IMAGE=\S+\nFROM \$\{BASE_IMAGE\}\n", "the base can be replaced")
                base = re.search(r"ARG BASE_IMAGE=(\S+)", code)[1]
                self.assertTrue(base in NAMES or re.search(r":[^:]*\d", base), "a public base has a version")
                self.assertNotIn("latest", code)
                self.assertNotRegex(code, r"(?m)^(ADD|MAINTAINER)\b|\bsudo\b")
                for line in code.splitlines():
                    if "apt-get install" in line:
                        self.assertIn("--no-install-recommends", line)
                        self.assertIn("rm -rf /var/lib/apt/lists/*", line)
                    if "pip install" in line:
                        self.assertIn("--no-cache-dir", line)
                    if line.startswith("WORKDIR"):
                        self.assertTrue(line.split()[1].startswith("/"))
                    if line.startswith(("CMD", "ENTRYPOINT")):
                        self.assertRegex(line, r"^\w+ \[.*\]$", "without a shell of Docker's choice")
                if not path.name.endswith("_base"):
                    self.assertIn("\nCMD ", code)


if __name__ == "__main__":
    unittest.main(verbosity=2)
