#!/usr/bin/python3
"""The documents: every command line in them is run, options.md is what the program says, and links lead somewhere."""
import json
import re
import shlex
import shutil
import subprocess
import unittest

from browser import DRIVER, Browser
from product import PROGRAM, SOURCE, ProductTest

PAGES = [SOURCE / "README.md", *sorted(SOURCE.glob("docs/*.md")), *sorted(SOURCE.glob("docs/howto/*.md"))]
# What a reader has and this machine has not: a batch system, another machine (see test-remote.py), a container program.
ELSEWHERE = ("scripts/", "ssh", "--host", " gpu-host", "scp", "srun", "mpirun", "mpiexec", "apptainer", "#SBATCH", "pgrep", "exec iris-gpubench", "docker build", "module ")


def command_lines(page):
    """(line number, command) of each fenced block of shell, continued lines as one."""
    lines = page.read_text().splitlines()
    inside, begun, number = False, "", 0
    for at, line in enumerate(lines, 1):
        if line.startswith("```"):
            inside = line.strip() in ("```bash", "```sh") and not inside
        elif inside:
            number = number if begun else at
            begun += line
            if begun.endswith("\\"):
                begun = begun[:-1]
                continue
            if begun.strip() and not begun.lstrip().startswith("# "):
                yield number, begun
            begun = ""


def tried_lines(page):
    """Those that can be run here."""
    return [(number, line) for number, line in command_lines(page) if "iris-gpubench" in line and not any(word in line for word in ELSEWHERE)
            and not line.startswith(("scripts/", "cmake", "./", "build/"))]


class OptionNames(unittest.TestCase):
    def test_have_hyphens(self):
        """Only the page for users of the predecessor quotes its underscores."""
        pages = [page for page in [*SOURCE.glob("*.md"), *SOURCE.rglob("docs/**/*.md")] if page.name != "predecessor.md"]
        self.assertGreater(len(pages), 50)
        for page in pages:
            with self.subTest(page=page.name):
                self.assertEqual(re.findall(r"(?<![\w-])--[a-z]+_[a-z_]+", page.read_text()), [])


class Docs(ProductTest):
    gpu_script = "gpus 4\nprofile steady 100\n"

    def setUp(self):
        super().setUp()
        tools = self.folder / "bin"
        tools.mkdir()
        (tools / "iris-gpubench").symlink_to(PROGRAM)
        for name in ("simulate", "simulate-new", "train", "old/train", "new/train"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text("#!/bin/sh\nsleep 0.2\n")
            (self.folder / name).chmod(0o755)
        (self.folder / "train.py").write_text("import time\ntime.sleep(0.2)\n")
        example = re.search(r"```yaml\n(.*?)```", (SOURCE / "docs/several.md").read_text(), re.S)
        (self.folder / "containers.yml").write_text(example[1])
        for name in ("traces", "share"):
            (self.folder / name).symlink_to(SOURCE / name)
        self.environment |= {"PATH": f"{tools}:{self.environment['PATH']}", "IRIS_GPUBENCH_IDLE_ROLL": "0.1", "IRIS_GPUBENCH_NO_PLOT": "true",
                             "IRIS_GPUBENCH_NO_LIVE_MONITOR": "true", "IRIS_GPUBENCH_TIMEOUT": "1"}

    def shell(self, line, timeout=60):
        return subprocess.run(["sh", "-c", line], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=timeout, check=False)

    def make_unfinished_set(self):
        """With the label SET: one of its three runs is to be made."""
        self.assertEqual(self.shell("iris-gpubench --runs 2 --label SET -- sleep 0.2").returncode, 0)
        file = self.results / "latest" / "set.json"
        made = json.loads(file.read_text())
        made["options"]["runs"], made["complete"] = 3, False
        made["invocation"] = made["invocation"].replace("--runs 2", "--runs 3")
        file.write_text(json.dumps(made))

    def check_commands_of(self, page):
        """Each is understood; it succeeds, or what it lacks is an engine, an image or a network."""
        self.assertEqual(self.shell("iris-gpubench -- sleep 0.5").returncode, 0)
        lines = tried_lines(page)
        if any(" SET" in line for _, line in lines):
            self.make_unfinished_set()
        for number, line in lines:
            with self.subTest(page=page.name, line=number, command=line):
                done = self.shell(line)
                verdicts = (3, 4) if " compare " in line or " history " in line else ()  # undecided, not comparable
                if done.returncode == 2 and "there is no run" in done.stderr:  # BASE, main: names that stand for any
                    continue
                self.assertIn(done.returncode, (0, 1, 124, 125, *verdicts), done.stderr)
                if done.returncode == 125:
                    self.assertRegex(done.stderr, "(?i)docker|engine|image|database|file|network|forecast|address", done.stderr)

    def test_command_lines_are_found(self):
        self.assertGreater(sum(len(tried_lines(page)) for page in PAGES), 40)

    def test_scripts_for_trackers_say_what_they_would_send(self):
        self.assertEqual(self.shell("iris-gpubench -- sleep 0.5").returncode, 0)
        for script in ("share/to-mlflow", "share/to-wandb"):
            done = self.shell(f"python3 {script} results/latest --dry-run")
            self.assertEqual(done.returncode, 0, done.stderr)
            sent = json.loads(done.stdout)
            run = json.loads((self.results / "latest/metrics.json").read_text())
            self.assertEqual(sent["metrics"]["energy_joules"], run["total_energy_joules"])
            self.assertNotIn("score_seconds", sent["metrics"], "what is not known is not sent")
            self.assertEqual(sent["tags"]["benchmark"], "sleep")
            self.assertTrue(sent["files"])

    def test_scripts_for_trackers_hand_a_run_over(self):
        """To modules that stand in for the trackers' own."""
        self.assertEqual(self.shell("iris-gpubench --name demo -- sleep 0.5").returncode, 0)
        run = json.loads((self.results / "latest/metrics.json").read_text())
        self.environment |= {"PYTHONPATH": str(SOURCE / "tests/support/trackers"), "PYTHONDONTWRITEBYTECODE": "1"}
        for line, place in (("share/to-mlflow results/latest", {"experiment": "demo"}), ("share/to-mlflow results/latest --experiment x", {"experiment": "x"}),
                            ("share/to-wandb results/latest", {"project": "iris-gpubench"}),
                            ("share/to-wandb results/latest --project energy", {"project": "energy"})):
            done = self.shell(line)
            self.assertEqual(done.returncode, 0, done.stderr)
            sent = json.loads(done.stdout)
            self.assertEqual({key: sent[key] for key in place}, place)
            self.assertEqual(sent["run"], run["run_id"])
            self.assertEqual(sent["metrics"]["energy_joules"], run["total_energy_joules"])
            self.assertEqual(sent["tags"]["gpu"], run["name"])
            self.assertEqual(sent["files"], ["metrics.json", "report.html", "formatted_metrics.txt"])

    def test_a_tracker_that_is_not_installed_is_named(self):
        self.assertEqual(self.shell("iris-gpubench -- sleep 0.5").returncode, 0)
        for name in ("mlflow", "wandb"):
            done = self.shell(f"python3 -I -S share/to-{name} results/latest")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"pip install {name}", done.stderr)
            self.assertNotIn("Traceback", done.stderr)

    def test_the_options_are_those_of_the_program(self):
        made = subprocess.run([str(SOURCE / "scripts/options-page"), str(PROGRAM)], capture_output=True, text=True, check=True, timeout=60).stdout
        words = lambda text: [" ".join(line.split()) for line in text.splitlines()]
        self.assertEqual(words(made), words((SOURCE / "docs/options.md").read_text()), "scripts/options-page PROGRAM > docs/options.md")

    def test_the_readme_is_short(self):
        lines = (SOURCE / "README.md").read_text().splitlines()
        self.assertLessEqual(len(lines), 150)
        self.assertTrue(any("Energy" in line for line in lines[:40]) and any(line.startswith("![") for line in lines[:40]))

    def test_links_lead_to_files(self):
        for page in [*PAGES, SOURCE / "CONTRIBUTING.md", SOURCE / "ARCHITECTURE.md"]:
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
                self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")

    @unittest.skipUnless(shutil.which("aspell"), "there is no aspell here")
    def test_spelling(self):
        done = subprocess.run([str(SOURCE / "scripts/spelling")], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        words = (SOURCE / "scripts/spelling-words").read_text().splitlines()
        self.assertEqual(words, sorted(set(words)))

    @unittest.skipUnless(shutil.which("mkdocs"), "there is no mkdocs here")
    def test_the_site_builds_and_its_links_hold(self):
        copy = self.folder / "copy"
        copy.mkdir()
        for name in ("docs", "scripts"):
            shutil.copytree(SOURCE / name, copy / name)
        for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md", "CITATION.cff", "LICENSE", "mkdocs.yml"):
            shutil.copy(SOURCE / name, copy / name)
        done = subprocess.run([str(copy / "scripts/docs-site"), "--check"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        if DRIVER:
            self.search(copy / "build/docs-site/index.html", "throttled")

    def search(self, page, word):
        """The page is a file, and there is no network."""
        with Browser() as browser:
            browser.open(page)
            browser.keys("input.md-search__input", word)
            browser.wait("document.querySelectorAll('.md-search-result__item').length > 2")
            self.assertFalse([one for one in browser.requests() if not one.startswith(("file:", "data:", "blob:"))])
            self.assertLessEqual(browser.run("document.documentElement.scrollWidth"), browser.run("innerWidth"))


def add_page_tests():
    """A test for each page, so that they run side by side."""
    for page in PAGES:
        if tried_lines(page):
            name = f"test_commands_of_{page.stem.lower().replace('-', '_')}"
            setattr(Docs, name, lambda self, page=page: self.check_commands_of(page))


add_page_tests()

if __name__ == "__main__":
    unittest.main()
