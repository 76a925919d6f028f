#!/usr/bin/python3
"""The same trouble has the same exit status in every command: 2 for what is asked for, 125 for what could not be done."""
import shutil
import subprocess
import unittest

from product import PROGRAM, ProductTest

READING = ("show", "report", "recover", "recarbon", "plan", "export", "compare")  # each wants a run
LISTING = ("list", "site")  # each wants a folder of runs, which may be empty
OTHERS = ("doctor", "config", "clean", "check-image", "baseline list", "history")
SAYING = ("list", "show latest", "show latest --json", "list --json", "config", "doctor", "history", "site results", "help", "help list", "-V", "baseline list",
          "compare latest~1 latest")


class ExitCodes(ProductTest):
    def setUp(self):
        super().setUp()
        self.make_run()

    def make_run(self):
        self.run_program("--idle_roll", "0.1", "--no_plot", "--no_html", "--no_live_monitor", "--quiet", "--", "sleep", "0.3")

    def status(self, command, *arguments, stdout=subprocess.PIPE):
        before = ["results/latest"] if command == "compare" and arguments else []
        done = subprocess.run([str(PROGRAM), *command.split(), *before, *arguments], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.assertTrue(done.returncode == 0 or done.stderr or done.stdout, f"{command}: nothing said")
        return done.returncode

    def assert_each(self, wanted, commands, *arguments, **more):
        self.assertEqual({command: self.status(command, *arguments, **more) for command in commands}, dict.fromkeys(commands, wanted))

    def test_an_option_that_does_not_exist(self):
        self.assert_each(2, (*READING, *LISTING, *OTHERS, ""), "--nonsense")

    def test_a_run_that_does_not_exist(self):
        self.assert_each(2, (*READING, *LISTING), "nowhere")

    def test_a_file_in_place_of_a_run(self):
        (self.folder / "file").write_text("x")
        self.assert_each(2, tuple(command for command in (*READING, *LISTING) if command != "compare"), "file")
        self.assertEqual(self.status("compare", "file"), 125, "it may be the metrics.json of another machine; this one is none")

    def test_a_results_folder_that_does_not_exist(self):
        shutil.rmtree(self.results)
        self.assert_each(2, ("show", "report", "recover", "recarbon", "plan", "export"), "latest")
        self.assert_each(2, ("history", "baseline set a latest"), "--results-dir", "nowhere")

    def test_a_folder_without_a_run(self):
        (self.folder / "empty").mkdir()
        self.assert_each(125, READING, "empty")
        self.assert_each(0, LISTING, "empty")

    def test_a_damaged_run(self):
        damaged = self.folder / "damaged"
        shutil.copytree(self.results / "latest", damaged)
        (damaged / "formatted_metrics.txt").unlink()  # what is left of the tables would be shown
        for path in (*damaged.glob("metrics.*"), *damaged.glob("journal/*")):
            path.write_text("{")
        self.assert_each(125, READING, "damaged")

    def test_a_mistake_in_the_configuration(self):
        (self.folder / ".iris-gpubench.yml").write_text("intervall: 3\n")
        self.assert_each(2, (*READING, *LISTING, *OTHERS, "-- true"))

    def test_an_output_that_is_full(self):
        self.make_run()  # to be compared with the first one
        with open("/dev/full", "w") as full:
            self.assert_each(125, SAYING, stdout=full)

    def test_no_engine(self):
        self.assert_each(125, ("clean", "--benchmark-image x"))
        self.assertEqual(self.status("check-image", "x"), 1, "its verdict on the image: it does not run here")

    def test_a_benchmark_that_cannot_be_started(self):
        (self.folder / "file").write_text("x")
        self.assert_each(125, ("-- /nonexistent", "-- ./file"))


if __name__ == "__main__":
    unittest.main()
