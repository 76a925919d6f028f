#!/usr/bin/python3
"""Completion in bash and zsh, and the manual page: all follow what the program says of its options."""
import re
import shlex
import shutil
import subprocess
import unittest

from product import PROGRAM, SOURCE, ProductTest


class Completion(ProductTest):
    def complete(self, *words):
        script = (f"source {SOURCE}/share/iris-gpubench.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _iris_gpubench; "
                  "printf '%s\\n' \"${COMPREPLY[@]}\"")
        outcome = subprocess.run(["bash", "-c", script, "bash", str(PROGRAM), *words], capture_output=True, text=True, timeout=30, check=True,
                                 cwd=self.folder, env=self.environment)
        self.assertEqual(outcome.stderr, "")
        return outcome.stdout.split("\n")[:-1]

    def test_options(self):
        self.assertEqual(self.complete("--no_h"), ["--no_html"])
        self.assertIn("--benchmark-image", self.complete("--"))
        self.assertEqual(self.complete("--no-h"), ["--no-html"])

    def test_words_and_their_options(self):
        self.assertEqual(sorted(self.complete("rec")), ["recarbon", "recover"])
        self.assertEqual(self.complete("plan", "--dead"), ["--deadline"])
        self.assertIn("--pue", self.complete("recarbon", "latest", "--"))
        self.assertNotIn("--benchmark-image", self.complete("recarbon", "--"))

    def test_regions(self):
        self.assertEqual(self.complete("--carbon_region", "South Eng"), ["South\\ England"])

    def test_runs(self):
        (self.results / "20261122t000001z-demo").mkdir(parents=True)
        (self.results / "20261122t000001z-demo" / "metrics.json").write_text("{}")
        for shell, complete in self.complete_in_both().items():
            self.assertEqual(complete("show", "2026"), ["20261122t000001z-demo"], shell)

    def test_behind_the_dashes_is_another_command(self):
        self.assertIn("printf", self.complete("--", "print"))


    def complete_in_zsh(self, *words):
        """What the zsh file offers for the last word. Its builtins are stood in for: they want a terminal."""
        script = ("compadd() { while [[ $1 == -* ]]; do case $1 in -a) shift; print -l -- ${(P)1};; -S) shift;; --) shift; break;; esac; shift; done; "
                  "(( $# )) && print -l -- $@; true }; "
                  "_describe() { print -l -- ${${(P)2}%%:*} }; _files() { print -- FILES }; _command_names() { print -- COMMANDS }; "
                  f"words=({' '.join(shlex.quote(word) for word in (str(PROGRAM), *words))}); CURRENT=$#words; "
                  f"functions[complete_it]=$(<{shlex.quote(str(SOURCE / 'share/_iris-gpubench'))}); complete_it")
        outcome = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True, timeout=30, cwd=self.folder, env=self.environment)
        self.assertEqual((outcome.returncode, outcome.stderr), (0, ""))
        return outcome.stdout.split("\n")[:-1]

    def complete_in_fish(self, *words):
        line = " ".join(shlex.quote(word) for word in (str(PROGRAM), *words[:-1])) + " " + words[-1].replace(" ", "\\ ")
        script = f"source {SOURCE}/share/iris-gpubench.fish; complete --do-complete {shlex.quote(line)}"
        outcome = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, timeout=30, cwd=self.folder,
                                 env=self.environment)
        self.assertEqual(outcome.stderr, "")
        return [line.split("\t")[0] for line in outcome.stdout.splitlines()]

    @unittest.skipUnless(shutil.which("fish"), "there is no fish here")
    def test_fish(self):
        self.assertEqual(self.complete_in_fish("--no-h"), ["--no-html"])
        self.assertEqual(sorted(self.complete_in_fish("rec")), ["recarbon", "recover"])
        self.assertEqual(self.complete_in_fish("--plot-format", ""), ["png", "svg", "pdf"])

    def complete_in_both(self):
        return {"bash": self.complete, "zsh": self.complete_in_zsh} if shutil.which("zsh") else {"bash": self.complete}

    def test_every_option_of_every_word(self):
        """An option that --help tells of is offered; where it takes a value, no other option is offered in its place, and where the
        value is one of a few, or a file, these are."""
        help_ = self.run_program("--help-all").stdout
        words = re.findall(r"^  ([a-z-]+) ", help_[help_.index("Commands:"):].split("\n\n")[0], re.M)
        self.assertGreater(len(words), 8)
        few = ("WAY", "WHEN", "SOURCE", "PROTOCOL", "NAMES", "FORMAT", "LEVEL", "STYLE", "REGION", "GPUS", "DIR", "FILE")
        for shell, complete in self.complete_in_both().items():
            self.assertLessEqual(set(words), set(complete("")), shell)
            seen = set()
            for word in ((), *((word,) for word in words)):
                told = subprocess.run([str(PROGRAM), *word, "--help" if word else "--help-all"], capture_output=True, text=True, env=self.environment).stdout
                options = re.findall(r"^ +(?:-\w,)?(--[\w-]+)(?: ([^ -][^ =]*))?", told, re.M)
                self.assertLessEqual({option for option, _ in options}, set(complete(*word, "--")), (shell, word))
                for option, value in options:
                    if not value or (option, value) in seen:
                        continue
                    seen.add((option, value))
                    with self.subTest(shell=shell, word=word, option=option):
                        offered = complete(*word, option, "")
                        self.assertFalse([one for one in offered if one.startswith("--")], offered)
                        self.assertTrue(offered or value not in few, f"{option} {value}: nothing is offered")
            self.assertIn("--help", complete("--live-plot", "--"))  # a flag: other options may follow

    def test_the_values_that_are_offered_are_taken(self):
        for option in ("--export_protocol", "--export_names", "--pull", "--gpu_access", "--plot_format", "--timeseries_format", "--log_level",
                       "--live_style"):
            for shell, complete in self.complete_in_both().items():
                for value in complete(option, ""):
                    outcome = self.run_program(option, value, "--meter", "replay:nothing", "--benchmark_image", "none")
                    self.assertNotEqual(outcome.code, 2, f"{shell}: {option} {value}: {outcome.stderr}")

    def test_clean_and_check_image(self):
        for shell, complete in self.complete_in_both().items():
            self.assertEqual(sorted(complete("clean", "")), ["--all", "--help"], shell)
            self.assertIn("--gpu-access", complete("check-image", "x", "--"), shell)


class ManualPage(ProductTest):
    def test_every_option_is_there(self):
        page = subprocess.run([str(SOURCE / "share/man-page"), str(PROGRAM)], capture_output=True, text=True, check=True, timeout=30).stdout
        told = self.run_program("--help-all").stdout
        for option in re.findall(r"^ +(?:-\w,)?(--[\w-]+)", told, re.MULTILINE):
            self.assertIn(option.replace("-", "\\-"), page)
        for heading in (".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH EXAMPLES", ".SH EXIT STATUS"):
            self.assertIn(heading, page)


if __name__ == "__main__":
    unittest.main()
