#!/usr/bin/python3
"""What the user sees: in a real terminal (tmux) and through a pipe."""
import fcntl
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import termios
import time
import unittest

import yaml

from product import PROGRAM, ProductTest, carbon_service


class Terminal(ProductTest):
    gpu_script = "gpus 2\nprofile steady 300\n"

    opened = 0

    def tmux(self, *arguments, socket=None):
        return subprocess.run(["tmux", "-S", socket or self.socket, *arguments], capture_output=True, text=True).stdout

    def open(self, columns, rows, *arguments, **more):
        # A socket of its own: a server that was killed may still be ending.
        self.opened += 1
        self.socket = str(self.folder / f"tmux-{self.opened}")
        variables = {**self.environment, "TERM": "screen-256color", "LC_ALL": "C.UTF-8", **more}
        line = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
        line += " " + shlex.join(self.command(*arguments)) + "; echo ENDED $?; stty -a | tr '\\n' ' '; sleep 1000"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), line)
        self.addCleanup(self.tmux, "kill-server", socket=self.socket)

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def test_the_table_is_renewed_in_place_below_the_log(self):
        for columns, rows in ((80, 24), (200, 60)):
            with self.subTest(columns=columns):
                self.open(columns, rows, "--live_style", "table", "--interval", "0.3", "--no_plot", "--monitor_benchmark_logs", "--benchmark_command",
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

    def assert_on_time(self, run):
        """A terminal that is waited for would hold up the readings for seconds, a busy machine does not."""
        worst = []
        for number in range(3):
            self.results = self.folder / f"results-{number}"
            worst.append(run()["tool_cost"]["worst_lateness_seconds"])
            if worst[-1] < 0.5:
                return
        self.fail(f"late readings, seconds: {worst}")

    def test_a_stopped_terminal_delays_nothing(self):
        """The reader of the output never reads: the benchmark, the sampler and the results do not wait for it."""
        self.assert_on_time(self.run_below_a_stopped_reader)

    def run_below_a_stopped_reader(self):
        reader, writer = os.pipe()
        begun = time.monotonic()
        process = subprocess.Popen(self.command("--interval", "0.1", "--no_plot", "--monitor_benchmark_logs", "--idle_roll", "0",
                                                "--benchmark_command", "head -c 3000000 /dev/zero | tr '\\0' x; sleep 2"),
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.DEVNULL)
        os.close(writer)
        self.wait_for(lambda: list(self.results.glob("*/metrics.yml")), "the results", timeout=15)
        metrics = next(self.results.glob("*/metrics.yml")).parent

        def recorded():  # the first results are written before anything is waited for, and lack this tool's own cost
            return yaml.safe_load((metrics / "metrics.yml").read_text())

        self.wait_for(lambda: recorded()["tool_cost"]["late_deadlines"] is not None, "all of the results", timeout=15)
        self.assertLess(time.monotonic() - begun, 12)
        self.assertEqual((metrics / "benchmark.log").stat().st_size, 3000000)
        os.close(reader)
        process.wait(timeout=10)
        return recorded()

    def test_escape_sequences_of_a_log_reach_no_terminal(self):
        outcome = self.run_program("--idle_roll", "0", "--no_plot", "--monitor_benchmark_logs", "--benchmark_command",
                                   r"printf '\033]0;owned\007\033[2J\n'")
        self.assertNotIn("\033", outcome.stdout)
        self.assertIn("^[]0;owned^G^[[2J", outcome.stdout)

    def program(self):
        """The process id of the program in the terminal."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        found = subprocess.run(["pgrep", "-P", shell, "-f", "iris-gpubench"], capture_output=True, text=True).stdout.split()
        self.assertEqual(len(found), 1)
        return int(found[0])

    def assert_given_back(self, status):
        """The alternate screen is left, the cursor is there, keys are lines again."""
        self.wait_for(lambda: f"ENDED {status}" in self.tmux("capture-pane", "-p", "-S", "-200"), f"the end with {status}")
        self.wait_for(lambda: "lnext" in self.screen(), "stty")
        settings = self.screen()[self.screen().index("speed"):].replace("\n", " ")
        for word in ("icanon", "echo", "ixon", "isig"):
            self.assertIn(f" {word} ", settings)
            self.assertNotIn(f"-{word} ", settings)
        self.assertIn("susp = ^Z", settings)
        self.assertEqual(self.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag} #{wrap_flag}").split(), ["0", "1", "1"])

    def open_full(self, columns, rows, line="for i in $(seq 1 500); do echo Epoch $i/500; sleep 0.1; done", **more):
        self.open(columns, rows, "--interval", "0.3", "--idle_roll", "0.2", "--no_plot", "--no_html", "--benchmark_command", line, **more)
        self.wait_for(lambda: re.search(r"Epoch \d+/500", self.screen()) and "300/700" in self.screen(), "the full view")

    def test_the_full_view_fits_every_terminal(self):
        for columns, rows, gpus in ((80, 24, 1), (80, 24, 8), (200, 60, 8), (300, 100, 16)):
            with self.subTest(columns=columns, gpus=gpus):
                self.script_gpu(f"gpus {gpus}\nprofile steady 300\n")
                self.open_full(columns, rows)
                lines = self.screen().split("\n")[:-1]
                self.assertEqual(len(lines), rows)
                self.assertIn("iris-gpubench", lines[0])
                self.assertRegex(lines[-1], "q quit .* h help")
                self.assertEqual(self.screen().count("300/700"), gpus)
                self.assertIn("progress", self.screen())
                self.tmux("resize-window", "-x", "100", "-y", "30")
                self.wait_for(lambda: len(self.screen().split("\n")) == 31 and "q quit" in self.screen().split("\n")[29], "the new size")
                self.tmux("kill-server")

    def test_the_emissions_shown_are_the_energy_shown_times_the_intensity(self):
        """However the load changes from one interval to the next."""
        self.script_gpu("gpus 2\nprofile square 4 0.5 80 691\n")
        self.open(120, 30, "--interval", "0.5", "--idle_roll", "0.2", "--no_plot", "--no_html", "--carbon_intensity", "1000", "--benchmark_command", "sleep 30")
        figures = r"energy ([\d.]+) kWh +CO2 ([\d.]+) g"
        compared = 0
        for _ in range(12):
            time.sleep(0.5)
            shown = re.search(figures, self.screen())
            if shown:
                compared += 1
                energy, emissions = map(float, shown.groups())
                self.assertAlmostEqual(energy * 1000, emissions, delta=0.0051 + 0.006 * emissions, msg=self.screen())  # as they are rounded
        self.assertGreater(compared, 5)

    def test_the_terminal_is_given_back_however_it_ends(self):
        for way, status in (("q", 130), ("C-c", 130), ("SEGV", 139), ("ABRT", 134), ("QUIT", 131), ("TERM", 143)):
            with self.subTest(way=way):
                self.open_full(100, 30)
                self.assertEqual(self.tmux("display-message", "-p", "#{alternate_on}").strip(), "1")
                if way == "q":
                    self.tmux("send-keys", "q")
                    self.wait_for(lambda: "q or y stops" in self.screen(), "the question")
                    self.tmux("send-keys", "q")
                elif way == "C-c":
                    self.tmux("send-keys", "C-z", "C-c")
                else:
                    os.kill(self.program(), getattr(signal, f"SIG{way}"))
                self.assert_given_back(status)
                self.tmux("kill-server")

    def test_keys_scroll_and_hold(self):
        self.open_full(80, 24)
        self.wait_for(lambda: "Epoch 30/500" in self.screen(), "some log")
        self.tmux("send-keys", "Home")
        self.wait_for(lambda: "Epoch 1/500" in self.screen() and "lines below" in self.screen(), "the first line")
        self.tmux("send-keys", "End", "p")
        self.wait_for(lambda: "PAUSED" in self.screen(), "the held picture")
        held = self.screen().split("\n")[1:]
        time.sleep(0.7)
        self.assertEqual(self.screen().split("\n")[1:], held)
        self.tmux("send-keys", "p", "h")
        self.wait_for(lambda: "Ctrl-L" in self.screen(), "the help")

    def test_a_terminal_that_can_little(self):
        for more in ({"LC_ALL": "C", "NO_COLOR": "1"}, {"TERM": "dumb"}):
            with self.subTest(more=more):
                self.open(80, 24, "--interval", "0.3", "--no_plot", "--no_html", "--benchmark_command", "echo caf\u00e9; sleep 30", **more)
                # Blocks one below the other may be longer than the screen.
                seen = lambda *how: self.tmux("capture-pane", "-p", "-S", "-200", *how)
                self.wait_for(lambda: ("Current GPU Metrics" if "TERM" in more else "300/700") in seen(), "a reading")
                coloured = seen("-e")
                self.assertNotRegex(coloured, r"\x1b\[([0-9]+;)*[34][0-8][;m]")
                self.assertTrue(coloured.isascii())
                self.assertEqual("Current GPU Metrics" in coloured, "TERM" in more)
                self.tmux("kill-server")

    def in_a_pty(self, *arguments):
        """The program in a terminal of which nobody reads; returns (process id, the terminal's other end)."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(str(PROGRAM), self.command(*arguments), {**self.environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        self.addCleanup(os.close, terminal)
        return pid, terminal

    def test_a_stopped_terminal_delays_no_sample_of_the_full_view(self):
        self.script_gpu("gpus 8\nprofile steady 300\n")
        self.assert_on_time(self.run_in_a_stopped_terminal)

    def run_in_a_stopped_terminal(self):
        pid, _ = self.in_a_pty("--interval", "0.1", "--no_plot", "--no_html", "--idle_roll", "0",
                               "--benchmark_command", "head -c 3000000 /dev/zero | tr '\\0' x; echo; sleep 3")
        begun = time.monotonic()
        _, status = os.waitpid(pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.assertLess(time.monotonic() - begun, 12)
        recorded = yaml.safe_load((self.results / "latest/metrics.yml").read_text())
        self.assertEqual((self.results / "latest/benchmark.log").stat().st_size, 3000001)
        return recorded

    def test_no_live_monitor(self):
        for quiet in (["--no_live_monitor"], ["--live_style", "none"]):
            outcome = self.run_program("--idle_roll", "0", "--no_plot", *quiet, "--", "true")
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

    def test_live_plot_has_the_grid_and_the_start(self):
        """Steps of carbon intensity under the power, while the run lasts."""
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            process = self.start("--interval", "0.3", "--idle_roll", "0.5", "--live_plot", "--plot_format", "svg", "--no_live_monitor",
                                 "--benchmark_command", "sleep 30")
            picture = lambda: "".join(path.read_text() for path in self.results.glob("*/metrics_plot.svg"))
            self.wait_for(lambda: "grid (gCO2/kWh, right)" in picture() and ">start<" in picture(), "the grid's steps")
            self.assertNotIn(">end<", picture())
            self.interrupt(process)
            finished = self.finish(process)
        self.assertIn(">end<", (finished.directory / "metrics_plot.svg").read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
