#!/usr/bin/python3
"""The benchmark images: dummy is built and run; the others are built from local repositories, with package indexes of our own."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import product
from image_indexes import make_base
from image_sources import make_repositories, pinned
from engines import QUICK, EngineTest

FOLDER = product.SOURCE / "Benchmark_Docker"
NAMES = ["dummy", "gpu_base", "llm_generation", "mantid_base", "mantid_run_1", "mantid_run_4", "mantid_run_5", "mantid_run_8", "mnist_tf_keras",
         "sciml_base", "stemdl_classification_1gpu", "stemdl_classification_2gpu", "synthetic_regression"]
OFFLINE = ("--network", "none", "--force-rm")


def build_images(docker_host, home, *arguments, folder=FOLDER):
    environment = {"PATH": os.environ["PATH"], "DOCKER_HOST": docker_host, "HOME": str(home)}
    return subprocess.run([str(folder / "build_images.sh"), *arguments], env=environment, capture_output=True, text=True)


class Images(EngineTest):
    @classmethod
    def build(cls, *arguments):
        return build_images(cls.docker_host, cls.engine_folder, *arguments)

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

    def test_check_image_judges_as_a_run_does(self):
        elsewhere = self.check("bb", "--gpus", "none", "--results_path", "/out", "--", "sh", "-c", "mkdir /out; echo 'time: 2' > /out/metrics.yml")
        self.assertEqual(elsewhere.returncode, 0, elsewhere.stdout)
        self.assertIn("ok:     it leaves a score", elsewhere.stdout)
        for what, line, options in (("some of its results were not copied", "ln -s /etc/passwd link", ()),
                                    ("some of its results were not copied", "dd if=/dev/zero of=large bs=1000 count=300", ("--results_limit", "100k")),
                                    ("work \"none\"", "echo 'work: none' >> metrics.yml", ()),
                                    ("log could not be kept", "yes | head -n 100000", ("--log_cap", "100k"))):
            with self.subTest(what=what, line=line):
                checked = self.check("bb", "--gpus", "none", *options, "--", "sh", "-c",
                                     f"mkdir -p /root/results; cd /root/results; echo 'time: 2' > metrics.yml; {line}")
                self.assertEqual(checked.returncode, 1, checked.stdout)
                self.assertRegex(checked.stdout, f"FAILED: .*{what}")
                self.assertIn("ok:     it leaves a score", checked.stdout)

    def check(self, name, *options):
        cut = options.index("--") if "--" in options else len(options)
        command = [str(product.PROGRAM), "check-image", name, "--results_dir", str(self.results), *options[:cut], *options[cut:]]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)

    def test_the_first_that_fails_is_named_and_ends_it(self):
        broken = self.build("--base", "no-such-image:1", "mantid_run_1", "dummy", "--", "--network", "none")
        self.assertEqual(broken.returncode, 1)
        self.assertIn("gpu_base could not be built", broken.stderr)
        self.assertNotIn("build_images: dummy\n", broken.stdout)


class Sources(EngineTest):
    """Builds in which git, shell, Python and file system are real, and only repositories and package indexes are local."""

    one_by_one = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        root = cls.engine_folder / "stand_in"
        small = {"LLM_LAYERS": "1", "LLM_WIDTH": "128"}
        cls.arguments = {**make_base(root, FOLDER / "Benchmark_Dockerfiles"), **small}
        cls.clones = root / "repositories"
        cls.repositories = make_repositories(cls.clones)
        for name, (argument, _, now) in cls.repositories.items():
            cls.arguments |= {f"{argument}_REPOSITORY": f"/repositories/{name}", **pinned(cls.clones / name, argument, now)}
        with subprocess.Popen(["tar", "-c", "-C", str(root), "."], stdout=subprocess.PIPE) as tar:
            subprocess.run(["docker", "-H", cls.docker_host, "import", "-", "stand_in"], stdin=tar.stdout, check=True, stdout=subprocess.DEVNULL)

    @classmethod
    def build(cls, *names, folder=FOLDER, **changed):
        arguments = [word for key, value in {**cls.arguments, **changed}.items() for word in ("--build-arg", f"{key}={value}")]
        return build_images(cls.docker_host, cls.engine_folder, "--base", "stand_in", *names, "--", *OFFLINE, *arguments, folder=folder)

    def once(self, repository):
        """The argument for a build from the layout of a commit that does not hold what the images run."""
        argument, once, _ = self.repositories[repository]
        return pinned(self.clones / repository, argument, once)

    def edited(self, path, old, new):
        """A copy of the images' folder in which a file is another."""
        copy = self.folder / "Benchmark_Docker"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(FOLDER, copy)
        file = copy / "Benchmark_Dockerfiles" / path
        self.assertIn(old, file.read_text())
        file.write_text(file.read_text().replace(old, new))
        return copy

    def assert_built(self, built):
        self.assertEqual(built.returncode, 0, built.stdout[-3000:] + built.stderr[-3000:])

    def assert_stops(self, built, image, reason):
        self.assertEqual(built.returncode, 1, built.stdout[-2000:])
        self.assertIn(f"build_images: {image} could not be built", built.stderr)
        self.assertIn(reason, built.stdout + built.stderr)

    def test_all_are_built_and_run(self):
        self.assert_built(self.build())
        self.assertLessEqual(set(NAMES), set(self.docker("images", "--format", "{{.Repository}}").split()))
        for image, score in (("stemdl_classification_2gpu", 12.5), ("synthetic_regression", 12.5), ("mnist_tf_keras", 12.5), ("mantid_run_4", 7.5)):
            with self.subTest(image=image):
                outcome = self.run_program(*QUICK, "--benchmark_image", image)
                self.assertEqual(outcome.code, 0, outcome.stderr)
                self.assertEqual(outcome.metrics["score"], score)

    def test_energy_per_token(self):
        self.assert_built(self.build("llm_generation"))
        outcome = self.run_program(*QUICK, "--benchmark_image", "llm_generation", "--env", "LLM_TOKENS=100", "--env", "LLM_REPETITIONS=3")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual((outcome.metrics["score"], outcome.metrics["work"]["amount"], outcome.metrics["work"]["unit"]), (6.0, 300, "tokens"))
        on_the_processor = self.run_program(*QUICK, "--benchmark_image", "llm_generation", "--env", "WITHOUT_GPU=1")
        self.assertEqual(on_the_processor.code, 1)
        self.assertIn("ran on the processor", on_the_processor.text("benchmark.log"))

    def test_commits_that_lack_what_is_run(self):
        for image, repository, reason in (
                ("sciml_base", "sciml-bench", "stemdl_classification.py"),
                ("mantid_run_4", "mantid_imaging_cloud_bench", "spheres_4GB.yaml"),
                ("mantid_base", "tomophantomtool", "environment.yaml"),
                ("llm_generation", "llama.cpp", "CMakeLists.txt")):
            with self.subTest(image=image):
                self.assert_stops(self.build(image, **self.once(repository)), image, reason)

    def test_a_commit_that_is_not_there(self):
        self.assert_stops(self.build("sciml_base", SCIML_BENCH_COMMIT="e6814fd45c9a0f66f74852dbb8f225e547a330c1"), "sciml_base", "e6814fd45c")

    def test_a_tag_that_was_moved(self):
        """Its commit is there, and holds something else than when it was pinned."""
        argument, once, now = self.repositories["llama.cpp"]
        tree = pinned(self.clones / "llama.cpp", argument, once)["LLAMA_CPP_TREE"]
        self.assert_stops(self.build("llm_generation", LLAMA_CPP_COMMIT=now, LLAMA_CPP_TREE=tree), "llm_generation", self.arguments["LLAMA_CPP_TREE"])

    def test_a_missing_program_package_or_name(self):
        for image, path, old, new, reason in (
                ("sciml_base", "Dockerfile.gpu_base", " git ", " ", "git: not found"),
                ("gpu_base", "Dockerfile.gpu_base", " libgl1 ", " libgl ", "Unable to locate package libgl"),
                ("mantid_base", "Dockerfile.gpu_base", " curl ", " ", "curl: not found"),
                ("mantid_base", "requirements/mantidimaging.yml", "=2.8.0", "=3.1.0", "StrictDataset"),
                ("mantid_base", "requirements/mantidimaging.yml", "=2.8.0", "=2.8.9", "nothing provides mantidimaging=2.8.9"),
                ("mantid_run_5", "Dockerfile.mantid_run_5", "spheres_5GB", "spheres_6GB", "spheres_6GB"),
                ("synthetic_regression", "requirements/torch.txt", "torch==2.7.1\n", "torch==2.7.9\n", "torch==2.7.9"),
                ("stemdl_classification_1gpu", "requirements/torch.txt", "torchmetrics==1.7.3\n", "", "No module named 'torchmetrics'"),
                ("synthetic_regression", "Dockerfile.synthetic_regression", "sciml-check synthetic", "sciml-check syntetic", "there is no benchmark syntetic"),
                ("mnist_tf_keras", "Dockerfile.mnist_tf_keras", "train.hdf5", "training.hdf5", "mnist has no training.hdf5"),
                ("stemdl_classification_1gpu", "Dockerfile.stemdl_classification_1gpu", "stemdl_ds1", "stemdl_ds2", "it was not downloaded"),
                ("llm_generation", "Dockerfile.llm_generation", " cuda-nvcc-12-4", "", "no nvcc"),
                ("llm_generation", "Dockerfile.llm_generation", "--target llama-bench", "--target llama-banch", "llama-banch")):
            with self.subTest(image=image, new=new):
                self.assert_stops(self.build(image, folder=self.edited(path, old, new)), image, reason)

    def test_a_run_of_a_benchmark_that_is_not_there_fails(self):
        self.assert_built(self.build("synthetic_regression"))
        outcome = self.run_program(*QUICK, "--benchmark_image", "synthetic_regression", "--", "/usr/local/bin/sciml-run", "no_such_benchmark")
        self.assertEqual(outcome.code, 1)
        self.assertIsNone(outcome.metrics["score"])
        self.assertIn("not part of the SciML-Bench", outcome.text("benchmark.log"))


class TableOfSources(unittest.TestCase):
    """Benchmark_Docker/sources.ini against the Dockerfiles; against the repositories: scripts/check-image-sources by itself."""

    @staticmethod
    def check(*arguments):
        return subprocess.run([str(product.SOURCE / "scripts/check-image-sources"), *arguments], capture_output=True, text=True)

    def test_it_is_what_the_dockerfiles_have(self):
        checked = self.check("--dockerfiles")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_another_pin_and_another_benchmark_are_found(self):
        table = FOLDER / "sources.ini"
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as edited:
            edited.write(table.read_text().replace("d76097", "000000").replace("benchmark = run_8.sh", "benchmark = run_9.sh"))
            edited.flush()
            checked = self.check("--dockerfiles", "--table", edited.name)
        self.assertEqual(checked.returncode, 1)
        self.assertIn("SCIML_BENCH_COMMIT is d76097", checked.stdout)
        self.assertIn("it runs run_8.sh, the table says run_9.sh", checked.stdout)

    def test_a_tag_needs_a_tree(self):
        """Of a tag the table says what it holds; a clone in which it holds something else is found."""
        table = (FOLDER / "sources.ini").read_text()
        tree = next(line for line in table.splitlines() if line.startswith("tree = "))
        with tempfile.TemporaryDirectory() as folder:
            edited = pathlib.Path(folder) / "sources.ini"
            edited.write_text(table.replace(tree, ""))
            self.assertIn("v0.5.0 is a tag, which can be moved", self.check("--dockerfiles", "--table", str(edited)).stdout)
            made = make_repositories(pathlib.Path(folder))
            subprocess.run(["git", "-C", f"{folder}/llama.cpp", "tag", "v0.5.0", made["llama.cpp"][2]], check=True)
            self.assertRegex(self.check("--from", folder).stdout, r"v0.5.0 holds [0-9a-f]{40}, the table says fd570ef")

    def test_clones_are_read(self):
        with tempfile.TemporaryDirectory() as folder:
            made = make_repositories(pathlib.Path(folder))
            now = [word for name, (_, _, now) in made.items() for word in ("--pin", f"{name}={now}")]
            found = self.check("--from", folder, *now).stdout
            self.assertRegex(found, r"(?m)^ok +mantid_run_8 ")
            once = [word for name, (_, once, _) in made.items() for word in ("--pin", f"{name}={once}")]
            missing = self.check("--from", folder, *once)
        self.assertEqual(missing.returncode, 1)
        self.assertRegex(missing.stdout, r"(?m)^FAILED mantid_run_8 .*\n +run_8.sh lacks 'source")
        self.assertIn("synthetic_regression.py is missing", missing.stdout)
        self.assertIn("stemdl_classification.py is missing", missing.stdout)


class Dockerfiles(unittest.TestCase):
    """The rules that a linter would hold."""

    def test_rules(self):
        for path in sorted((FOLDER / "Benchmark_Dockerfiles").glob("Dockerfile.*")):
            with self.subTest(path=path.name):
                text = path.read_text().replace("\\\n", " ")
                code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
                self.assertRegex(code, r"\AARG BASE_IMAGE=\S+\nFROM \$\{BASE_IMAGE\}( AS build)?\n", "the base can be replaced")
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

    @unittest.skipUnless(shutil.which("shellcheck"), "needs shellcheck")
    def test_shell_of_the_builds(self):
        for path in sorted((FOLDER / "Benchmark_Dockerfiles").glob("Dockerfile.*")):
            code = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("#"))
            known = "".join(f"export {name}=x\n" for name in re.findall(r"(?m)^(?:ARG|ENV) (\w+)=", code))
            for run in re.findall(r"(?m)^RUN ((?:.*\\\n)*.*)$", code):
                with self.subTest(path=path.name, run=run):
                    checked = subprocess.run(["shellcheck", "--shell", "sh", "-"], input=f"#!/bin/sh\n{known}{run}\n", capture_output=True, text=True)
                    self.assertEqual(checked.returncode, 0, checked.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
