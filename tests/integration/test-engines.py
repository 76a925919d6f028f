#!/usr/bin/python3
"""The program with engines of other kinds and at other places: Podman, TLS, ssh, contexts, rootless sockets."""
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import unittest

from engines import QUICK, EngineTest, PodmanTest


class Podman(PodmanTest):
    def containers(self):
        self.wait_for(lambda: not self.running_or_ending(), "the containers to go", timeout=5)
        return self.running_or_ending()

    def running_or_ending(self):
        return self.docker("ps", "-aq").split()

    def test_exit_codes_logs_and_results(self):
        for code in (0, 7):
            outcome = self.shell(f"echo out; echo err >&2; mkdir -p /root/results; echo 'time: 1.5' > /root/results/metrics.yml; exit {code}")
            self.assertEqual(outcome.code, code, outcome.stderr)
            self.assertEqual(sorted(outcome.text("benchmark.log").split()), ["err", "out"])
            self.assertEqual(outcome.metrics["score"], 1.5)
            self.assertTrue(outcome.metrics["workload"]["engine"].startswith("Podman"), outcome.metrics["workload"])

    def test_a_gpu_request_that_it_leaves_out_is_found(self):
        outcome = self.shell("true", "--gpu_access", "runtime")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIn("no_gpu_in_container", outcome.findings())
        self.assertIn("accepted the GPU request but ignored it", str(outcome.metrics["findings"]))
        self.assertIn("The benchmark had no GPU to use", outcome.stdout)

    def test_stopped_gently(self):
        process = self.start(*QUICK, "--benchmark_image", "bb", "--", "sh", "-c", "trap 'exit 3' TERM; echo begun; while :; do sleep 0.1; done")
        self.wait_for(lambda: any("begun" in log.read_text() for log in self.results.glob("*/benchmark.log")), "the container")
        self.interrupt(process)
        outcome = self.finish(process)
        self.assertEqual((outcome.code, outcome.metrics["workload"]["exit_code"]), (130, 3))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificates(folder):
    """An authority, and certificates of a server at 127.0.0.1 and of a client: ca.pem, cert.pem, key.pem, server-*.pem."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority")
    for name, extension in (("server-", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth"), ("", "extendedKeyUsage=clientAuth")):
        (folder / "extension").write_text(extension)
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}key.pem", "-out", "request.pem", "-subj", f"/CN={name}us")
        openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2",
                "-out", f"{name}cert.pem", "-extfile", "extension")


class Places(EngineTest):
    @classmethod
    def start_engine(cls):
        cls.certificates = cls.engine_folder / "certificates"
        cls.certificates.mkdir()
        make_certificates(cls.certificates)
        cls.port = free_port()
        cls.options = ("--tlsverify", f"--tlscacert={cls.certificates}/ca.pem", f"--tlscert={cls.certificates}/server-cert.pem",
                       f"--tlskey={cls.certificates}/server-key.pem", "-H", f"tcp://127.0.0.1:{cls.port}")
        super().start_engine()

    def expect_run(self):
        outcome = self.shell("echo here")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(outcome.text("benchmark.log"), "here\n")

    def expect_refusal(self, *words):
        begun = time.monotonic()
        outcome = self.shell("true")
        self.assertLess(time.monotonic() - begun, 11)
        self.assertEqual(outcome.code, 125)
        for word in words:
            self.assertIn(word, outcome.stderr)

    def test_tls(self):
        self.environment.update(DOCKER_HOST=f"tcp://127.0.0.1:{self.port}", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(self.certificates))
        self.expect_run()

    def test_tls_is_verified_both_ways(self):
        self.environment["DOCKER_HOST"] = f"tcp://127.0.0.1:{self.port}"
        self.expect_refusal("DOCKER_TLS_VERIFY")
        others = self.folder / "others"
        others.mkdir()
        make_certificates(others)
        self.environment.update(DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(others))
        self.expect_refusal("DOCKER_CERT_PATH")
        self.environment["DOCKER_CERT_PATH"] = str(self.folder / "nowhere")
        self.expect_refusal("ca.pem")

    def test_context(self):
        docker = self.folder / ".docker"
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        certificates = ",".join(f"{key}={self.certificates}/{name}.pem" for key, name in (("ca", "ca"), ("cert", "cert"), ("key", "key")))
        for name, endpoint in (("socket", f"host={self.docker_host}"), ("secure", f"host=tcp://127.0.0.1:{self.port},{certificates}")):
            subprocess.run(["docker", "context", "create", name, "--docker", endpoint], env=environment, check=True, capture_output=True)
        del self.environment["DOCKER_HOST"]
        subprocess.run(["docker", "context", "use", "socket"], env=environment, check=True, capture_output=True)
        self.assertEqual(json.loads((docker / "config.json").read_text())["currentContext"], "socket")
        self.expect_run()
        self.environment["DOCKER_CONTEXT"] = "secure"
        self.expect_run()
        self.environment["DOCKER_CONTEXT"] = "nowhere"
        self.expect_refusal("nowhere")

    def test_rootless_socket(self):
        if pathlib.Path("/var/run/docker.sock").is_socket():
            self.skipTest("this machine has an engine at the default socket")
        del self.environment["DOCKER_HOST"]
        runtime = self.folder / "runtime"
        runtime.mkdir()
        (runtime / "docker.sock").symlink_to(self.docker_host.removeprefix("unix://"))
        self.environment["XDG_RUNTIME_DIR"] = str(runtime)
        self.expect_run()

    def test_ssh(self):
        """Through a stand-in for ssh that checks how it is called and runs the command on this machine."""
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "ssh").write_text(
            "#!/bin/sh\necho \"$*\" >>\"$(dirname \"$0\")/calls\"\nwhile [ \"$1\" != -- ]; do shift; done\nshift 2\n"
            f"shift\nDOCKER_HOST={self.docker_host} exec {shutil.which('docker')} \"$@\"\n")
        (tools / "ssh").chmod(0o755)
        self.environment["PATH"] = f"{tools}:{self.environment['PATH']}"
        self.environment["DOCKER_HOST"] = "ssh://me@gpu.example"
        self.expect_run()
        calls = (tools / "calls").read_text().splitlines()
        self.assertTrue(all(call.endswith("-l me -- gpu.example docker system dial-stdio") for call in calls), calls)
        (tools / "ssh").write_text("#!/bin/sh\necho 'ssh: no such host' >&2\nexit 255\n")
        self.expect_refusal("no such host", "without a password")

    def test_an_engine_that_is_too_old(self):
        class Old(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Api-Version", "1.24")
                self.end_headers()
                self.wfile.write(b"OK")

            def log_message(self, *_):
                pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Old)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.environment["DOCKER_HOST"] = f"tcp://127.0.0.1:{server.server_port}"
        self.expect_refusal("too old", "1.24", "1.40", "upgrade it")

    def test_no_engine_there_or_none_that_listens(self):
        path = self.folder / "left.sock"
        self.environment["DOCKER_HOST"] = f"unix://{path}"
        self.expect_refusal(str(path), "install Docker")
        with socket.socket(socket.AF_UNIX) as ended:  # its socket stays behind
            ended.bind(str(path))
        self.expect_refusal(str(path), "start the engine")
        self.environment["DOCKER_HOST"] = f"tcp://127.0.0.1:{free_port()}"
        self.expect_refusal("check DOCKER_HOST")

    def test_an_engine_that_never_answers(self):
        path = self.folder / "hung.sock"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        self.addCleanup(listener.close)
        self.environment["DOCKER_HOST"] = f"unix://{path}"
        self.expect_refusal("does not answer")


if __name__ == "__main__":
    unittest.main(verbosity=2)
