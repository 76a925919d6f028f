#!/usr/bin/python3
"""The commands history and baseline: series, steps, gates, the index beside the runs, names for runs."""
import datetime
import json
import subprocess
import unittest

import saved_runs
from product import PROGRAM, SOURCE, ProductTest

START = datetime.datetime(2026, 1, 1, 12)


class History(ProductTest):
    def setUp(self):
        super().setUp()
        self.results.mkdir()

    def say(self, word, *arguments):
        return subprocess.run([str(PROGRAM), word, *arguments, "--results_dir", str(self.results)], env=self.environment, cwd=self.folder,
                              capture_output=True, text=True, timeout=60, check=False)

    def days(self, count, step=None, uuid="GPU-a"):
        """A run a day; 2 % more from day `step` on."""
        for day in range(count):
            joules = (3000 + (day % 3)) * (1.02 if step is not None and day >= step else 1)
            saved_runs.save_run(self.results, f"202610{day:05}-{uuid.lower()}", joules, uuid=uuid,
                                start=f"{START + datetime.timedelta(days=day):%Y-%m-%dT%H:%M:%S}.000Z")


class Series(History):
    def test_a_step_is_found_and_drawn(self):
        self.days(20, step=12)
        said = self.say("history")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("step    2026-01-13 12:00  +2.0", said.stdout)
        self.assertIn("▁", said.stdout)
        self.assertLessEqual(max(len(line) for line in said.stdout.splitlines()), 80)

    def test_boards_are_series_of_their_own(self):
        self.days(3)
        self.days(3, uuid="GPU-b")
        document = json.loads(self.say("history", "--format", "json").stdout)
        self.assertEqual([series["boards"] for series in document["series"]], ["GPU-a", "GPU-b"])

    def test_json_keeps_its_schema_and_html_is_offline(self):
        import jsonschema
        self.days(20, step=12)
        schema = json.loads((SOURCE / "docs/history.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        said = self.say("history", "--format", "json", "--gate", "energy +1%")
        jsonschema.Draft202012Validator(schema).validate(json.loads(said.stdout))
        page = self.say("history", "--format", "html").stdout
        self.assertIn("<svg", page)
        for word in ("http://", "https://", "<script", "src="):
            self.assertNotIn(word, page)

    def test_a_thousand_runs_come_from_the_index(self):
        self.days(1000)
        first = self.say("history")
        self.assertEqual(first.returncode, 0)
        again = self.say("history")
        self.assertEqual((again.returncode, again.stdout), (0, first.stdout))

    def test_a_read_only_folder(self):
        self.days(3)
        self.results.chmod(0o555)
        self.addCleanup(self.results.chmod, 0o755)
        self.assertEqual(self.say("history").returncode, 0)


class Baselines(History):
    def test_one_run_uses_the_scatter_of_saved_sets(self):
        for number in range(3):
            saved_runs.save_set(self.results, f"2026110{number}-set", {"base": saved_runs.BASE})
        saved_runs.save_run(self.results, "20261129-a", 3010)
        saved_runs.save_run(self.results, "20261129-b", 3300)
        said = self.say("compare", "20261129-a", "20261129-b", "--gate", "energy +2%", "--format", "json")
        document = json.loads(said.stdout)
        self.assertEqual(document["comparisons"][0]["rows"][0]["change"]["method"], "history")
        self.assertEqual(said.returncode, 1)


if __name__ == "__main__":
    unittest.main()
