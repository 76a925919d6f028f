#!/usr/bin/python3
"""Every text that the program prints, compared with tests/integration/files/*.golden; GPUBENCH_UPDATE_GOLDEN=1 writes them again.

What differs from run to run (times, folders, the version) is put aside first. The tables of a measured run are compared by the unit
tests (tests/unit/report/files), the live view's screens too (tests/unit/live/files)."""
import datetime
import os
import pathlib
import re
import subprocess
import unittest

from product import BUILD, PROGRAM, SOURCE, ProductTest

GOLDEN = pathlib.Path(__file__).resolve().parent / "files"
WORDS = ("config", "doctor", "list", "site", "show", "report", "recover", "recarbon", "plan", "export", "clean", "check-image", "attach", "compare", "baseline", "history")
MISTAKES = (
    ("--benchmark_imag", "x"), ("--benchmark_mage", "x"), ("--benchmark", "x"), ("--intervall", "1"), (),
    ("--benchmark_image", "a", "--benchmark_command", "b"), ("--", ), ("stray",),
    ("--interval", "0", "--", "true"), ("--interval", "soon", "--", "true"), ("--idle_roll", "-1", "--", "true"),
    ("--carbon_region", "South Englnd", "--", "true"), ("--carbon_region", "Atlantis", "--", "true"), ("--carbon_source", "moon", "--", "true"),
    ("--carbon_intensity", "-5", "--", "true"), ("--pue", "0.5", "--", "true"),
    ("--live_style", "loud", "--", "true"), ("--plot_format", "gif", "--", "true"), ("--timeseries_format", "xml", "--", "true"),
    ("--log_level", "loud", "--", "true"), ("--export_protocol", "pigeon", "--", "true"), ("--score_regex", "(", "--", "true"),
    ("--meter", "abacus", "--", "true"), ("check-image", "x", "--meter", "abacus"), ("doctor", "--meter", "abacus"),
    ("--benchmark_file", "/dev/zero"), ("--carbon_source", "file:/dev/zero", "--", "true"), ("--meter", "replay:missing.trace", "--", "true"), ("--gpus", "7", "--", "true"),
    ("--benchmark_image", "x"), ("--benchmark_command", ""), ("--no_live_monitor", "--", "no-such-program"),
    ("sho", "latest"), ("shwo", "latest"), ("remove", "latest"), ("ls",), ("stop",), ("start", "train"), ("rec", "latest"), ("plan", "latest", "--dead", "8h"), ("plan", "latest", "--deadlin", "8h", "--wayt"),
    ("--max-runs", "3", "--", "true"), ("--start-at", "cold", "--", "true"), ("--start-at", "45C", "--", "true"), ("--log-cap", "much", "--", "true"),
    ("--host", "-x", "--", "true"), ("--host", "a", "--host", "a", "--", "true"), ("--host", "a", "--runs", "2", "--", "true"), ("--host", "a", "--export-to-victoria", "--", "true"),
    ("--remote-program", "x", "--", "true"), ("attach", "a-host"), ("attach", "a-host", "a-run", "--interval", "1"), ("attach", "a-host", "a-run", "--container", "x"),
    ("clean", "everything"), ("check-image",), ("show",), ("show", "nothing"), ("show", "nothing", "--json", "--brief"), ("--color", "blue", "--", "true"), ("--name", "", "--", "true"), ("report", "nothing", "--timeseries_format", "xml"),
    ("report", "nothing", "--plot_format", "gif"), ("list", "no-such-folder"), ("list", "here", "--results-dir", "there"), ("export", "nothing", "--patience", "-1"),
)


class Texts(ProductTest):
    maxDiff = None

    def say(self, *arguments):
        """What the program prints, and its exit status."""
        outcome = subprocess.run([str(PROGRAM), *arguments], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, timeout=60, check=False)
        return outcome.stdout + outcome.stderr + f"[{outcome.returncode}]\n"

    def put_aside(self, text):
        text = text.replace(str(self.folder), "FOLDER")
        text = re.sub(r"(iris-gpubench|iris\\-gpubench) \d+\.\d+\.\d+", r"\1 VERSION", text)
        return re.sub(r"20\d\d-\d\d-\d\d([ T])\d\d:\d\d:\d\d", r"2026-01-01\g<1>00:00:00", text)

    def assert_golden(self, name, text, exact=True):
        """Columns of --help are as wide as the library that prints it likes: with exact=False words and lines count."""
        text = self.put_aside(text)
        path = GOLDEN / f"{name}.golden"
        if os.environ.get("GPUBENCH_UPDATE_GOLDEN"):
            path.write_text(text)
        form = (lambda lines: lines) if exact else (lambda lines: "\n".join(" ".join(line.split()) for line in lines.split("\n")))
        self.assertEqual(form(text), form(path.read_text()), "if the new text is right: GPUBENCH_UPDATE_GOLDEN=1")

    def test_help(self):
        self.assert_golden("help", self.say("--help"), exact=False)
        self.assertEqual(self.say("help"), self.say("--help"))
        self.assertEqual(self.say("help", "list"), self.say("list", "--help"))
        self.assertEqual(self.say("-V"), self.say("--version"))
        self.assert_golden("help-all", self.say("--help-all"), exact=False)
        for word in WORDS:
            with self.subTest(word=word):
                self.assert_golden(f"help-{word}", self.say(word, "--help"), exact=False)

    def test_manual_page(self):
        page = subprocess.run([str(SOURCE / "share/man-page"), str(PROGRAM)], capture_output=True, text=True, check=True, timeout=30).stdout
        self.assert_golden("man-page", page, exact=False)

    def test_messages(self):
        text = "".join(f"$ iris-gpubench {subprocess.list2cmdline(arguments)}\n{self.say(*arguments)}" for arguments in MISTAKES)
        self.assert_golden("messages", text)

    def test_regions(self):
        self.assert_golden("regions", self.say("--carbon_region", ""))

    def saved_runs(self):
        """Two runs of a synthetic day's first minute, the second of which was not finished."""
        for number, gpus in (("1", "1"), ("2", "8")):
            subprocess.run([str(BUILD / "tests/support/day_journal/day_journal"), str(self.results / f"20261122t00000{number}z-synthetic"), gpus, "60",
                            f"20261122t00000{number}z-synthetic", "1795000000"], check=True, timeout=60)

    def test_saved_runs(self):
        self.saved_runs()
        self.say("report", "20261122t000001z-synthetic", "--no_plot")
        for name, arguments in (("list", ("list", str(self.results))),
                                ("show", ("show", "20261122t000001z-synthetic", "--results_dir", str(self.results))),
                                ("show-8-gpus", ("show", "20261122t000002z-synthetic", "--results_dir", str(self.results))),
                                ("report", ("report", "20261122t000002z-synthetic", "--results_dir", str(self.results)))):
            with self.subTest(name=name):
                self.assert_golden(name, self.say(*arguments))
        self.assert_golden("list-empty", self.say("list", str(self.folder)))

    def test_carbon_of_a_saved_run(self):
        self.saved_runs()
        run = ("20261122t000001z-synthetic", "--results_dir", str(self.results))
        self.say("report", *run, "--no_plot")
        self.assert_golden("recarbon", self.say("recarbon", *run, "--carbon_intensity", "50", "--pue", "1.4"))
        now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
        rows = ["from,to,g_per_kwh,kind"]
        for number, value in enumerate((300, 200, 100, 400, 400, 400)):
            begin = now + number * datetime.timedelta(minutes=30)
            rows.append(f"{begin:%Y-%m-%dT%H:%MZ},{begin + datetime.timedelta(minutes=30):%Y-%m-%dT%H:%MZ},{value},forecast")
        forecast = self.folder / "forecast.csv"
        forecast.write_text("\n".join(rows))
        self.assert_golden("plan", self.say("plan", *run, "--carbon_source", f"file:{forecast}", "--no_plot"))


if __name__ == "__main__":
    unittest.main()
