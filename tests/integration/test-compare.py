#!/usr/bin/python3
"""The command compare: names of sides, formats against their schemas, exit statuses, hostile names, the ready CI jobs."""
import json
import pathlib
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import yaml

import saved_runs
from product import PROGRAM, SOURCE, ProductTest

HOSTILE = "x|y<script>&\"'`*\n::error::pwned\x1b[31m](http://a)@all"
FILES = pathlib.Path(__file__).resolve().parent / "files"


class Comparison(ProductTest):
    def setUp(self):
        super().setUp()
        self.results.mkdir()

    def compare(self, *arguments, environment=None):
        return subprocess.run([str(PROGRAM), "compare", *arguments, "--results_dir", str(self.results)], env=environment or self.environment,
                              cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)

    def ab_set(self):
        saved_runs.save_set(self.results, "20261129-ab", {"base": saved_runs.BASE, "against": saved_runs.NEW}, label="ab")


class Statuses(Comparison):
    def status(self, *arguments):
        return self.compare(*arguments).returncode

    def test_numbers_do_not_depend_on_the_locale(self):
        self.ab_set()
        plain = self.compare("ab").stdout
        self.assertEqual(self.compare("ab", environment={**self.environment, "LC_ALL": "de_DE.UTF-8"}).stdout, plain)

    def test_two_hundred_runs(self):  # how long it takes: bench/saved_runs_speed.py
        values = [3000 + i % 7 for i in range(100)]
        saved_runs.save_set(self.results, "20261129-ab", {"base": values, "against": values})
        self.assertEqual(self.status("20261129-ab"), 0)


class Formats(Comparison):
    FORMATS = ("text", "json", "markdown", "html", "junit", "github", "gitlab", "bencher", "benchfmt")

    def written(self, name, *arguments):
        said = self.compare(*arguments, "--format", name)
        self.assertIn(said.returncode, (0, 1, 3, 4), said.stderr)
        return said.stdout

    def assert_valid(self, name, text):
        if name == "json":
            import jsonschema
            schema = json.loads((SOURCE / "docs/comparison.schema.json").read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            jsonschema.Draft202012Validator(schema).validate(json.loads(text))
        if name == "junit":
            self.assert_junit(text)
        if name == "bencher":
            for measures in json.loads(text).values():
                for measure in measures.values():
                    self.assertLessEqual(measure["lower_value"], measure["value"])
        if name == "gitlab":
            self.assertTrue(text.endswith("# EOF\n"))
            for line in text.splitlines():
                self.assertRegex(line, r'^(# (TYPE gpubench_\w+ gauge|EOF)|gpubench_\w+\{(\w+="(\\.|[^"\\])*",?)+\} [-+0-9.e]+)$')
        if name == "benchfmt":
            for line in text.splitlines():
                self.assertRegex(line, r"^(side: .*|Benchmark[A-Z_0-9]\S* 1( [-+0-9.e]+ \S+)+)$")
        if name == "text":
            self.assertLessEqual(max(len(line) for line in text.splitlines()), 80)

    def assert_junit(self, text):
        root = ElementTree.fromstring(text)
        for suite in root:
            for kind in ("failure", "error", "skipped"):
                counted = int(suite.get(kind + "s" if kind != "skipped" else kind))
                self.assertEqual(counted, len(suite.findall(f"testcase/{kind}")))
        try:
            checked = subprocess.run(["xmllint", "--noout", "--schema", str(FILES / "junit.xsd"), "-"], input=text, text=True,
                                     capture_output=True, timeout=30, check=False)
        except FileNotFoundError:
            return
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_all_keep_their_schemas(self):
        self.ab_set()
        for name in self.FORMATS:
            for gates in ((), ("--gate", "energy +1%", "--gate", "time +2%", "--gate", "score +1%")):
                with self.subTest(format=name, gates=len(gates)):
                    self.assert_valid(name, self.written(name, "ab", *gates))

    def test_the_example_of_benchstat(self):
        """Its documentation's figures through our benchfmt: what benchstat 2026-08 prints of it, run again where it is installed."""
        sides = {"old": {"Json": (1726, 1723, 1707, 1707, 1713, 1729, 1736, 1707, 1705, 1774),
                         "Gob": (3069, 3075, 3069, 3067, 3207, 3064, 3064, 3058, 3059, 3062)},
                 "new": {"Json": (1423, 1416, 1411, 1413, 1412, 1426, 1422, 1424, 1447, 1425),
                         "Gob": (3075, 3065, 3059, 3065, 3060, 3081, 3186, 3135, 3087, 3062)}}
        for side, benchmarks in sides.items():
            for benchmark, values in benchmarks.items():
                for i, joules in enumerate(values):
                    saved_runs.save_run(self.folder / side, f"{side}-{benchmark.lower()}-{i}", joules, benchmark=benchmark, start=f"2026-11-29T12:{i:02}:00.000Z")
        said = self.compare("old", "new", "--format", "json")
        found = {}
        for one in json.loads(said.stdout)["comparisons"]:
            row = one["rows"][0]
            found[one["benchmark"]] = (row["base"]["median"], row["new"]["median"], round(row["change"]["p_ranks"], 3))
        self.assertEqual(found, {"Gob": (3065.5, 3070.0, 0.446), "Json": (1718.0, 1422.5, 0.0)})
        if shutil.which("benchstat"):
            table = self.folder / "table"
            table.write_text(self.compare("old", "new", "--format", "benchfmt").stdout)
            printed = subprocess.run(["benchstat", "-filter", ".unit:J-energy", "-col", "side", str(table)], capture_output=True, text=True, check=True)
            for line in (r"Gob +3\.066k . 0% +3\.070k . 2% +~ \(p=0\.446 n=10\)", r"Json +1\.718k . 1% +1\.423k . 1% +-17\.20% \(p=0\.000 n=10\)"):
                self.assertRegex(printed.stdout, line)

    def test_hostile_names_are_harmless(self):
        for number, joules in enumerate((3000, 3010), 1):
            saved_runs.save_run(self.results, f"20261129-{number}", joules, benchmark=HOSTILE, host=HOSTILE,
                                findings=[{"name": HOSTILE, "text": HOSTILE}])
        for name in self.FORMATS:
            with self.subTest(format=name):
                text = self.written(name, "20261129-1", "20261129-2", "--gate", "energy +1%")
                self.assert_valid(name, text)
                self.assertNotIn("\x1b", text)
                self.assertNotIn("\n::error::pwned", text)
                if name in ("html", "junit", "markdown"):
                    self.assertNotIn("<script", text)

    def test_output_goes_to_a_file(self):
        self.ab_set()
        said = self.compare("ab", "--format", "html", "--output", str(self.folder / "page.html"))
        self.assertEqual((said.returncode, said.stdout), (0, ""))
        self.assertIn("<svg", (self.folder / "page.html").read_text())


class ReadyJobs(Comparison):
    """The jobs of share/ci, as far as they can be run without those services."""

    def scripts_of(self, name):
        document = yaml.safe_load((SOURCE / "share/ci" / name).read_text())
        if "jobs" in document:
            return [step["run"] for job in document["jobs"].values() for step in job["steps"] if "run" in step]
        return ["\n".join(job["script"]) for job in document.values() if isinstance(job, dict) and "script" in job]

    def test_their_command_lines_are_understood(self):
        for name in ("github-actions.yml", "gitlab-ci.yml"):
            scripts = "\n".join(self.scripts_of(name)).replace("\\\n", " ")
            compares = re.findall(r"iris-gpubench compare .*", scripts)
            self.assertTrue(compares, name)
            self.ab_set() if not (self.results / "20261129-ab").exists() else None
            for line in compares:
                words = line.split("compare ", 1)[1].replace("latest", "ab")
                said = subprocess.run(["sh", "-c", f'"$PROGRAM" compare {words} --results_dir "$RESULTS"'], cwd=self.folder,
                                      env={**self.environment, "PROGRAM": str(PROGRAM), "RESULTS": str(self.results)}, text=True,
                                      capture_output=True, timeout=60, check=False)
                self.assertIn(said.returncode, (0, 1, 3), f"{line}: {said.stderr}")

    def test_a_second_pipeline_in_the_same_folder(self):
        """A runner cleans its clone and uses it again."""
        clone = self.folder / "clone"

        def git(*arguments):
            return subprocess.run(["git", "-C", str(clone), "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], check=True, text=True,
                                  capture_output=True).stdout.strip()

        clone.mkdir()
        git("init", "--quiet")
        git("commit", "--quiet", "--allow-empty", "-m", "The base")
        lines = [line for line in self.scripts_of("gitlab-ci.yml")[0].splitlines() if "git " in line]
        for leaves in ("nothing", "a cleaned clone", "its files"):
            done = subprocess.run(["sh", "-e", "-c", "\n".join(lines)], cwd=clone, text=True, capture_output=True, timeout=60, check=False,
                                  env={**self.environment, "CI_MERGE_REQUEST_DIFF_BASE_SHA": git("rev-parse", "HEAD")})
            self.assertEqual(done.returncode, 0, f"after a pipeline that leaves {leaves}: {done.stderr}")
            self.assertTrue((clone / "base/.git").exists())
            if leaves == "nothing":
                git("clean", "-ffdx")


if __name__ == "__main__":
    unittest.main()
