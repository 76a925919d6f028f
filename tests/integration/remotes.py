"""Other machines for tests: a real sshd each, on loopback, with a host name, a home folder and GPUs of its own."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from product import BUILD, PROGRAM, ProductTest

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def processes():
    """{pid: (parent, words)} of this machine."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
            found[int(path.name)] = (parent, (path / "cmdline").read_bytes().decode(errors="replace").split("\0"))
        except (OSError, IndexError):
            continue
    return found


def stripped_program():
    """The program without its debug information, which is most of its 120 MB: each test brings it to hosts that lack it."""
    path = BUILD / "stripped/iris-gpubench"
    if not path.exists() or path.stat().st_mtime < PROGRAM.stat().st_mtime:
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            stripped = pathlib.Path(folder) / "stripped"
            subprocess.run(["strip", "-o", str(stripped), str(PROGRAM)], check=True)
            path.parent.mkdir(exist_ok=True)
            stripped.rename(path)
    return path


def kill_all_of(folder):
    """The processes whose command lines name the folder, or something in it."""
    for pid, (_, words) in processes().items():
        if any(str(folder) in word for word in words):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class RemoteHost:
    """`name` is what ssh calls it here, and what it calls itself."""

    def __init__(self, folder, name, variables, key, settings=""):
        self.name, self.folder, self.port = name, folder / name, free_port()
        self.home = self.folder / "home"
        self.home.mkdir(parents=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / "host_key")], check=True)
        variables = " ".join(f'"{name}={value}"' for name, value in ({"HOME": str(self.home)} | variables).items())
        (self.folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host_key\nAuthorizedKeysFile {key}.pub\nPidFile none\n"
            f"UsePAM no\nStrictModes no\nPermitUserRC no\nSetEnv {variables}\n{settings}")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        self.process = None
        self.start()

    def start(self):
        line = ["unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', self.name, SSHD, "-D", "-e", "-f", str(self.folder / "config")]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(line, stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self):
        """No connection can be made; those that are there stay."""
        self.process.kill()
        self.process.wait()

    def connections(self):
        """The processes that serve one each."""
        return [pid for pid, (parent, words) in processes().items() if parent == self.process.pid and words[0].startswith("sshd: ")]

    def cut(self, number=signal.SIGKILL):
        for pid in self.connections():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def runs(self):
        return sorted((self.home / ".cache/iris-gpubench/runs").glob("*"))

    def known_host(self):
        kind, key = (self.folder / "host_key.pub").read_text().split()[:2]
        return f"[127.0.0.1]:{self.port} {kind} {key}\n"


@unittest.skipUnless(SSHD, "there is no sshd here (package openssh-server)")
@unittest.skipUnless(os.geteuid() == 0, "only root can give a host a name of its own")
class RemoteTest(ProductTest):
    """With hosts of which this machine's ssh knows keys and ports."""

    names = ("g0",)
    settings = ""  # of their sshd

    def setUp(self):
        super().setUp()
        self.key = self.folder / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True)
        self.remotes = []
        for name in self.names:
            host = RemoteHost(self.folder, name, self.remote_variables(), self.key, self.settings)
            self.addCleanup(self.end_all_of, host)
            self.remotes.append(host)
        self.remote = self.remotes[0]
        self.write_ssh(self.remotes)

    def remote_variables(self):
        return {name: self.environment[name] for name in ("IRIS_GPUBENCH_NVML", "FAKE_NVML_SCRIPT", "IRIS_GPUBENCH_CARBON_URL")} | {
            "IRIS_GPUBENCH_IDLE_ROLL": "0.2", "IRIS_GPUBENCH_NO_PLOT": "true"}

    def end_all_of(self, host):
        kill_all_of(host.home)
        host.cut()
        host.stop()

    def write_ssh(self, hosts):
        """The real ssh, with a configuration of its own instead of this user's."""
        known = self.folder / "known_hosts"
        known.write_text("".join(host.known_host() for host in hosts))
        text = "".join(f"Host {host.name}\n  HostName 127.0.0.1\n  Port {host.port}\n" for host in hosts)
        (self.folder / "ssh_config").write_text(
            text + f"Host *\n  User root\n  IdentityFile {self.key}\n  IdentitiesOnly yes\n  UserKnownHostsFile {known}\n"
                   "  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n")
        tools = self.folder / "tools"
        tools.mkdir(exist_ok=True)
        for name, script in (("ssh", self.ssh_script()), ("scp", f'#!/bin/sh\nexec /usr/bin/scp -F {self.folder}/ssh_config "$@"\n')):
            (tools / name).write_text(script)
            (tools / name).chmod(0o755)
        self.environment["PATH"] = f"{tools}:{self.environment['PATH'].removeprefix(f'{tools}:')}"

    def ssh_script(self):
        return f'#!/bin/sh\nexec /usr/bin/ssh -F {self.folder}/ssh_config "$@"\n'

    def on(self, *arguments, host="g0", program=None):
        """A command line with --host."""
        return ("--host", host, "--remote-program", str(program or stripped_program()), *arguments)

    def attach(self, *arguments):
        return subprocess.Popen([str(PROGRAM), "attach", *arguments, "--results-dir", str(self.results)], env=self.environment, cwd=self.folder,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_until_it_prints(self, text, host=None):
        """The benchmark on the host has."""
        home = (host or self.remote).home
        self.wait_for(lambda: any(text in log.read_text() for log in home.glob(".cache/iris-gpubench/runs/*/results/**/benchmark.log")), text, 40)
