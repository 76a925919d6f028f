#!/usr/bin/python3
"""What the user sees: in a real terminal (tmux) and through a pipe."""
import os
import re
import shlex
import subprocess
import time
import unittest

import yaml

from product import ProductTest


class Terminal(ProductTest):
    gpu_script = "gpus 2\nprofile steady 300\n"

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", self.socket, *arguments], capture_output=True, text=True).stdout

    def open(self, columns, rows, *arguments):
        self.socket = str(self.folder / f"tmux-{columns}")
        variables = {**self.environment, "TERM": "screen-256color", "LC_ALL": "C.UTF-8"}
        line = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
        line += " " + shlex.join(self.command(*arguments)) + "; echo ENDED $?; sleep 1000"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), line)
        self.addCleanup(self.tmux, "kill-server")

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def test_the_table_is_renewed_in_place_below_the_log(self):
        for columns, rows in ((80, 24), (200, 60)):
            with self.subTest(columns=columns):
                self.open(columns, rows, "--interval", "0.3", "--no_plot", "--monitor_benchmark_logs", "--benchmark_command",
                          "for i in 1 2 3; do echo line $i; done; for i in 1 2 3 4 5 6; do printf 'bar %d\\r' $i; sleep 0.3; done; sleep 20")
                self.wait_for(lambda: "bar 6" in self.screen(), "the progress bar")
                screen = self.screen()
                self.assertEqual(screen.count("Current GPU Metrics"), 1, screen)
                self.assertEqual(len(re.findall(r"bar \d", screen)), 1, screen)
                self.assertLess(screen.index("line 3"), screen.index("bar 6"))
                self.assertLess(screen.index("bar 6"), screen.index("Current GPU Metrics"))
                self.assertTrue(all(len(line) <= columns for line in screen.splitlines()))
                self.assertIn("300.000", screen)
                self.tmux("send-keys", "C-c")
                self.wait_for(lambda: "ENDED 130" in self.tmux("capture-pane", "-p", "-S", "-200"), "the end")
                self.tmux("kill-server")

    def test_a_stopped_terminal_delays_nothing(self):
        """The reader of the output never reads: the benchmark, the sampler and the results do not wait for it."""
        reader, writer = os.pipe()
        begun = time.monotonic()
        process = subprocess.Popen(self.command("--interval", "0.1", "--no_plot", "--monitor_benchmark_logs", "--idle_roll", "0",
                                                "--benchmark_command", "head -c 3000000 /dev/zero | tr '\\0' x; sleep 2"),
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.DEVNULL)
        os.close(writer)
        self.wait_for(lambda: list(self.results.glob("*/metrics.yml")), "the results", timeout=15)
        self.assertLess(time.monotonic() - begun, 12)
        metrics = next(self.results.glob("*/metrics.yml")).parent
        recorded = yaml.safe_load((metrics / "metrics.yml").read_text())
        self.assertEqual(recorded["tool_cost"]["late_deadlines"], 0)
        self.assertEqual((metrics / "benchmark.log").stat().st_size, 3000000)
        os.close(reader)
        process.wait(timeout=10)

    def test_escape_sequences_of_a_log_reach_no_terminal(self):
        outcome = self.run_program("--idle_roll", "0", "--no_plot", "--monitor_benchmark_logs", "--benchmark_command",
                                   r"printf '\033]0;owned\007\033[2J\n'")
        self.assertNotIn("\033", outcome.stdout)
        self.assertIn("^[]0;owned^G^[[2J", outcome.stdout)

    def test_no_live_monitor(self):
        outcome = self.run_program("--idle_roll", "0", "--no_plot", "--no_live_monitor", "--", "true")
        self.assertNotIn("Current GPU Metrics", outcome.stdout)

    def test_live_plot(self):
        process = self.start("--interval", "0.3", "--idle_roll", "0", "--live_plot", "--no_live_monitor",
                             "--benchmark_command", "sleep 30")
        self.wait_for(lambda: list(self.results.glob("*/metrics_plot.png")), "the live plot")
        for _ in range(20):
            picture = next(self.results.glob("*/metrics_plot.png")).read_bytes()
            self.assertTrue(picture.startswith(b"\x89PNG") and picture.endswith(b"IEND\xaeB`\x82"))
            time.sleep(0.05)
        self.interrupt(process)
        self.assert_valid_results(self.finish(process))


if __name__ == "__main__":
    unittest.main(verbosity=2)
