#!/usr/bin/python3
"""What a container may use and see, how its log is kept, and what a killed run leaves, with a real dockerd."""
import base64
import csv
import http.server
import json
import os
import pathlib
import signal
import subprocess
import threading
import time
import unittest

import registries
from engines import QUICK, EngineTest
from product import needs_quiet


class RunOptions(EngineTest):
    def test_all_of_them_in_one_container(self):
        data = self.folder / "data"
        data.mkdir()
        (data / "in.txt").write_text("input\n")
        env_file = self.folder / "env"
        env_file.write_text("# numbers\nA=from file\nB=2\n")
        outcome = self.shell(
            "id -u; id -g; pwd; echo $A $B; cat /data/in.txt; touch /data/x 2>&1 || true; df -m /dev/shm | tail -n 1; ulimit -n; "
            "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; df -m /scratch | tail -n 1; "
            "ip addr 2>/dev/null | grep -c inet",
            "--user", "7:8", "--workdir", "/tmp", "--env_file", str(env_file), "--env", "A=last word", "--mount", f"{data}:/data",
            "--shm_size", "48m", "--ulimit", "nofile=123:456", "--memory", "96m", "--cpus", "0.5", "--tmpfs", "/scratch:size=3m",
            "--network", "none")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        lines = outcome.text("benchmark.log").splitlines()
        self.assertEqual(lines[:5], ["7", "8", "/tmp", "last word 2", "input"])
        self.assertIn("Read-only", lines[5])
        self.assertEqual(lines[6].split()[1], "48")
        self.assertEqual(lines[7], "123")
        self.assertIn(str(96 << 20), lines)
        self.assertTrue([line for line in lines if line.endswith("/scratch") and line.split()[1] == "3"], lines)
        self.assertFalse((data / "x").exists())

    def test_gpus_that_are_not_there_are_named(self):
        outcome = self.shell("true", "--gpus", "device=5")
        self.assertEqual(outcome.code, 125)
        self.assertIn("there is no such GPU", outcome.stderr)
        self.assertIn("this machine has GPU 0 (GPU-fa4e0000-", outcome.stderr)

    def test_a_gpu_that_does_not_arrive_is_a_finding(self):
        outcome = self.shell("true", "--gpu_access", "none")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIn("no_gpu_in_container", outcome.findings())
        self.assertIn("--gpu-access none", outcome.stdout)
        self.assertNotIn("no_gpu_in_container", self.shell("true", "--gpus", "none").findings())

    def test_a_runtime_that_is_not_there_is_an_error(self):
        outcome = self.shell("true", "--gpu_access", "runtime")
        self.assertEqual(outcome.code, 125)
        self.assertIn("nvidia-container-toolkit", outcome.stderr)

    def test_other_results_and_a_score_from_the_log(self):
        outcome = self.shell("mkdir -p /data/out; echo x > /data/out/a.txt; echo y > /single.csv; echo 'speed = 12.5 items/s'",
                             "--results_path", "/data/out", "--results_path", "/single.csv", "--score_regex", r"speed = (\d+\.\d+)")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        results = outcome.directory / "benchmark_results"
        self.assertEqual((results / "out/a.txt").read_text(), "x\n")
        self.assertEqual((results / "single.csv/single.csv").read_text(), "y\n")
        self.assertEqual(outcome.metrics["score"], 12.5)

    def test_results_of_two_paths_with_one_last_component(self):
        outcome = self.shell("for at in /a/logs /b/logs; do mkdir -p $at; echo $at > $at/log.txt; done; echo 'time: 2.5' > /b/logs/metrics.yml",
                             "--results_path", "/a/logs", "--results_path", "/b/logs")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(outcome.text("benchmark_results/logs/log.txt"), "/a/logs\n")
        self.assertEqual(outcome.text("benchmark_results/logs-2/log.txt"), "/b/logs\n")
        self.assertEqual(outcome.metrics["score"], 2.5)
        self.assertNotIn("results_not_collected", outcome.findings())

    def test_results_beyond_the_limit_and_those_that_are_not_wanted(self):
        make = "mkdir -p results/logs; cd results; echo a > logs/a.txt; dd if=/dev/zero of=last.ckpt bs=1000 count=700 2>&1; echo 'time: 2.5' > metrics.yml"
        all_of_it = self.shell(f"cd; {make}", "--verbose")
        self.assertIn("the benchmark's own result files: 3 files, 0.7 MB\n", all_of_it.stdout)
        limited = self.shell(f"cd; {make}", "--results_limit", "100k", "--verbose")
        self.assertEqual(limited.metrics["score"], 2.5)
        self.assertIn("results_not_collected", limited.findings())
        self.assertIn("last.ckpt: more than 102400 bytes", limited.text("benchmark_results/skipped.txt"))
        self.assertIn("2 files, 0.0 MB; skipped.txt lists what was left out", limited.stdout)
        without = self.shell(f"cd; {make}", "--verbose", "--results_exclude", "*.ckpt", "--results_exclude", "logs", "--results_exclude", "*.yml")
        self.assertEqual(without.metrics["score"], 2.5)
        self.assertNotIn("results_not_collected", without.findings())
        self.assertEqual(sorted(path.name for path in (without.directory / "benchmark_results").iterdir()), ["excluded.txt", "metrics.yml"])
        self.assertIn("last.ckpt: 700000 bytes", without.text("benchmark_results/excluded.txt"))
        self.assertIn("1 file, 0.0 MB; excluded.txt lists what was left out", without.stdout)

    def test_a_failed_container_says_why(self):
        outcome = self.shell("echo 'no such GPU' >&2; exit 5", "--quiet")
        self.assertIn("failed with exit code 5; the end of its log:\n  no such GPU\nthe complete log: ", outcome.stderr)
        not_there = self.run_program(*QUICK, "--quiet", "--entrypoint", "/nonexist", "--benchmark_image", "bb")
        self.assertEqual(not_there.code, 127)
        self.assertIn("/nonexist", not_there.stderr)

    def test_results_that_are_not_there_are_a_finding(self):
        self.assertIn("results_not_collected", self.shell("true", "--results_path", "/nowhere").findings())


class Registry(http.server.BaseHTTPRequestHandler):
    """A registry that has nothing."""

    def do_GET(self):
        body = b"{}" if self.path == "/v2/" else b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'
        self.send_response(200 if self.path == "/v2/" else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class PrivateRegistry(Registry):
    """One that wants a login; keeps what it was given."""

    given = []

    def do_GET(self):
        login = self.headers.get("Authorization")
        if login:
            PrivateRegistry.given.append(login)
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="here"')
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET


class Pull(EngineTest):
    def serve(self, registry):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), registry)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"127.0.0.1:{server.server_port}"

    def test_logins_come_from_the_file_or_a_helper_and_are_told_to_nobody(self):
        host = self.serve(PrivateRegistry)
        config = self.folder / ".docker"
        config.mkdir()
        helper = self.folder / "docker-credential-testing"
        helper.write_text('#!/bin/sh\nread host\necho "{\\"ServerURL\\":\\"$host\\",\\"Username\\":\\"bob\\",\\"Secret\\":\\"s3cret\\"}"\n')
        helper.chmod(0o755)
        self.environment["PATH"] = f"{self.folder}:{self.environment['PATH']}"
        auth = base64.b64encode(b"anna:pass:word").decode()
        for text, login in (({"auths": {f"https://{host}/v1/": {"auth": auth}}}, "anna:pass:word"),
                            ({"credHelpers": {host: "testing"}}, "bob:s3cret"), ({"credsStore": "testing"}, "bob:s3cret")):
            with self.subTest(login=login):
                (config / "config.json").write_text(json.dumps(text))
                PrivateRegistry.given.clear()
                outcome = self.run_program(*QUICK, "--pull", "always", "--benchmark_image", f"{host}/none")
                self.assertEqual(outcome.code, 125)
                self.assertIn("Basic " + base64.b64encode(login.encode()).decode(), PrivateRegistry.given)
                for secret in ("word", "s3cret", auth):
                    self.assertNotIn(secret, outcome.stdout + outcome.stderr)
        (config / "config.json").write_text('{"credsStore": "nowhere"}')
        outcome = self.run_program(*QUICK, "--pull", "always", "--benchmark_image", f"{host}/none")
        self.assertIn("docker-credential-nowhere", outcome.stderr)

    def test_when_it_is_asked_for(self):
        name = f"{self.serve(Registry)}/none"
        for when, words in (("never", "no image"), ("missing", "could not be pulled"), ("always", "could not be pulled")):
            with self.subTest(when=when):
                outcome = self.run_program(*QUICK, "--pull", when, "--benchmark_image", name)
                self.assertEqual(outcome.code, 125)
                self.assertIn(words, outcome.stderr)
        self.assertEqual(self.run_program(*QUICK, "--pull", "missing", "--benchmark_image", "bb", "--", "true").code, 0)


class RealRegistry(EngineTest):
    """Debian's docker-registry, into which an image is pushed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry = registries.Registry(cls.engine_folder)
        cls.addClassCleanup(registry.stop)
        cls.host = registry.host
        cls.name = f"{cls.host}/group/one"
        cls.digest = cls.push(f"{cls.name}:v1")

    @classmethod
    def push(cls, name):
        """Pushes busybox by that name and forgets it here; its digest."""
        cls.docker("tag", "bb", name)
        deadline = time.monotonic() + 20
        while subprocess.run(["docker", "-H", cls.docker_host, "push", name], capture_output=True).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError("docker-registry takes no image")
            time.sleep(0.2)
        (digest,) = [one.split("@")[1] for one in json.loads(cls.docker("image", "inspect", "bb"))[0]["RepoDigests"]
                     if one.startswith(f"{cls.name}@")]
        cls.forget()
        return digest

    @classmethod
    def forget(cls):
        """Removes what names the image as the registry's; a tag takes its digest along."""
        image = json.loads(cls.docker("image", "inspect", "bb"))[0]
        for reference in image["RepoTags"] + image["RepoDigests"]:
            if reference.startswith(cls.name):
                subprocess.run(["docker", "-H", cls.docker_host, "rmi", reference], capture_output=True)

    def run_image(self, name, pull):
        return self.run_program(*QUICK, "--pull", pull, "--benchmark_image", name, "--", "true")

    def test_each_way_of_naming_an_image_is_pulled_and_then_found_here(self):
        for suffix in (":v1", f"@{self.digest}", f":v1@{self.digest}"):
            with self.subTest(suffix=suffix):
                self.forget()
                self.assertEqual(self.run_image(self.name + suffix, "never").code, 125)
                pulled = self.run_image(self.name + suffix, "missing")
                self.assertEqual(pulled.code, 0, pulled.stderr)
                self.assertEqual(self.run_image(self.name + suffix, "never").code, 0)

    def test_what_the_registry_lacks_is_named(self):
        for suffix in (":v2", f":v1@sha256:{'0' * 64}"):
            with self.subTest(suffix=suffix):
                outcome = self.run_image(self.name + suffix, "missing")
                self.assertEqual(outcome.code, 125)
                self.assertIn(self.name + suffix, outcome.stderr)


class Logs(EngineTest):
    def test_bars_are_one_line_and_times_are_kept(self):
        outcome = self.shell("for i in 1 2 3; do printf 'epoch %d\\r' $i; done; echo; sleep 0.3; echo oops >&2; printf end")
        self.assertEqual(outcome.text("benchmark.log"), "epoch 3\noops\nend")
        rows = list(csv.DictReader((outcome.directory / "benchmark_log_times.csv").open()))
        self.assertEqual([(row["line"], row["stream"]) for row in rows], [("1", "stdout"), ("2", "stderr"), ("3", "stdout")])

    def test_the_cap(self):
        outcome = self.shell("seq 1 300000", "--log_cap", "100k")
        log = outcome.text("benchmark.log")
        self.assertLess(len(log), 101 << 10)
        self.assertTrue(log.startswith("1\n2\n") and log.endswith("300000\n"))
        self.assertIn("log_incomplete", outcome.findings())
        self.assertIn("--log-cap", log)

    @needs_quiet
    def test_a_stopped_terminal_does_not_hold_up_the_benchmark(self):
        line = "head -c 60000000 /dev/zero | tr '\\0' 'x' | fold -w 79"
        free = self.shell(line, "--monitor_benchmark_logs", timeout=120)
        process = self.start(*QUICK, "--monitor_benchmark_logs", "--benchmark_image", "bb", "--", "sh", "-c", line)
        begun = time.monotonic()  # nobody reads its output
        self.wait_for(lambda: self.containers() or time.monotonic() - begun > 5, "the container")
        self.wait_for(lambda: not self.containers(), "its end", timeout=100)
        stopped = self.finish(process, timeout=60)
        self.assertEqual((free.code, stopped.code), (0, 0), stopped.stderr)
        self.assertEqual((stopped.directory / "benchmark.log").stat().st_size, 60000000 + (60000000 - 1) // 79)
        ratio = stopped.metrics["elapsed_time"] / free.metrics["elapsed_time"]
        print(f"60 MB of log: {free.metrics['elapsed_time']:.2f} s, with the terminal stopped {stopped.metrics['elapsed_time']:.2f} s")
        self.assertLess(ratio, 1.5, "1.1 is the aim; this machine is shared")


class LifeAndDeath(EngineTest):
    def test_a_killed_run_is_named_and_cleaned(self):
        process = self.start(*QUICK, "--benchmark_image", "bb", "--", "sleep", "1000")
        self.wait_for(lambda: self.docker("ps", "-q").split(), "the container")
        process.send_signal(signal.SIGKILL)
        self.finish(process)
        self.assertEqual(len(self.containers()), 1)
        outcome = self.shell("true")
        self.assertEqual(outcome.code, 0)
        self.assertIn("was left by a run that was killed", outcome.stderr)
        self.assertIn("iris-gpubench clean", outcome.stderr)
        cleaned = self.run_bare("clean")
        self.assertEqual(cleaned.returncode, 0, cleaned.stderr)
        self.assertIn("removed: iris-gpubench-", cleaned.stdout)
        self.assertEqual(self.run_bare("clean").stdout, "nothing to clean\n")

    def test_clean_leaves_a_run_that_is_alive(self):
        process = self.start(*QUICK, "--benchmark_image", "bb", "--", "sleep", "3")
        self.wait_for(lambda: self.docker("ps", "-q").split(), "the container")
        self.assertIn("its run is alive", self.run_bare("clean", "--all").stdout)
        self.assertEqual(self.finish(process).code, 0)

    def test_the_grace_between_asking_and_killing(self):
        process = self.start(*QUICK, "--stop_grace", "0.5", "--benchmark_image", "bb", "--", "sh", "-c",
                             "trap '' TERM; echo begun; while :; do sleep 0.1; done")
        self.wait_for(lambda: any("begun" in log.read_text() for log in self.results.glob("*/benchmark.log")), "the container")
        begun = time.monotonic()
        self.interrupt(process)
        outcome = self.finish(process, timeout=15)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertEqual(outcome.metrics["workload"]["exit_code"], 137)

    def run_bare(self, *arguments):
        command = [self.command()[0], *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30)


if __name__ == "__main__":
    unittest.main(verbosity=2)
