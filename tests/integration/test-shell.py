#!/usr/bin/python3
"""Completion in bash, and the manual page: both follow what the program says of its options."""
import re
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
        self.assertIn("--benchmark_image", self.complete("--"))

    def test_words_and_their_options(self):
        self.assertEqual(sorted(self.complete("rec")), ["recarbon", "recover"])
        self.assertEqual(self.complete("plan", "--dead"), ["--deadline"])
        self.assertIn("--pue", self.complete("recarbon", "latest", "--"))
        self.assertNotIn("--benchmark_image", self.complete("recarbon", "--"))

    def test_regions(self):
        self.assertEqual(self.complete("--carbon_region", "South Eng"), ["South\\ England"])

    def test_behind_the_dashes_is_another_command(self):
        self.assertIn("printf", self.complete("--", "print"))


class ManualPage(ProductTest):
    def test_every_option_is_there(self):
        page = subprocess.run([str(SOURCE / "share/man-page"), str(PROGRAM)], capture_output=True, text=True, check=True, timeout=30).stdout
        told = self.run_program("--help").stdout
        for option in re.findall(r"^ +(?:-h,)?(--\w+)", told, re.MULTILINE):
            self.assertIn(option.replace("-", "\\-"), page)
        for heading in (".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH EXAMPLES", ".SH EXIT STATUS"):
            self.assertIn(heading, page)


if __name__ == "__main__":
    unittest.main()
