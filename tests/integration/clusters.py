"""A real Slurm of three nodes on this machine: each has a network namespace, a host name, a /tmp and cgroups of its own. Needs root."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from product import BUILD

SLURM_TOOLS = ("slurmctld", "slurmd", "munged", "ip", "nsenter", "unshare", "srun")
GPUS = 4
WATTS = (300, 400, 500, 600)


def why_not():
    """Why there can be no cluster here; empty: there can."""
    if os.geteuid() != 0:
        return "a cluster needs root"
    lacking = [tool for tool in SLURM_TOOLS if not shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")]
    if lacking:
        return "not installed: " + ", ".join(lacking) + " (packages slurm-wlm, munge, iproute2)"
    return ""


def has_device_cgroups():
    """Whether Slurm can hide devices: it does so through cgroups of version 1 here, as those of version 2 need systemd."""
    return pathlib.Path("/sys/fs/cgroup/devices").is_dir()


def write_configuration(folder, nodes, network):
    kind, task = ("cgroup", "cgroup") if has_device_cgroups() else ("linuxproc", "none")
    (folder / "slurm.conf").write_text(
        f"ClusterName=ci\nSlurmctldHost=ctl({network}.254)\nSlurmctldPort={6817 + os.getpid() % 1000}\nSlurmUser=root\nSlurmdUser=root\n"
        f"AuthInfo=socket={folder}/munge/sock\nStateSaveLocation={folder}/state\nSlurmdSpoolDir={folder}/spool/%n\n"
        f"SlurmctldPidFile={folder}/ctl.pid\nSlurmdPidFile={folder}/pids/%n\nSlurmctldLogFile={folder}/ctl.log\nSlurmdLogFile={folder}/%n.log\n"
        f"SlurmdTimeout=20\nKillWait=5\nReturnToService=2\nMpiDefault=none\nProctrackType=proctrack/{kind}\nTaskPlugin=task/{task}\nSelectType=select/cons_tres\nSelectTypeParameters=CR_Core\n"
        "GresTypes=gpu\nSlurmdParameters=config_overrides\nSchedulerParameters=bf_interval=1\n" +
        "".join(f"NodeName=n{i} NodeAddr={network}.{i} Port=17101 CPUs=8 RealMemory=2000 Gres=gpu:h200:{GPUS}\n" for i in nodes) +
        "PartitionName=p Nodes=ALL Default=YES State=UP\n")
    (folder / "gres.conf").write_text(f"NodeName=n[1-{max(nodes)}] Name=gpu Type=h200 File={folder}/dev/nvidia[0-{GPUS - 1}]\n")
    if has_device_cgroups():
        (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\nCgroupMountpoint=/sys/fs/cgroup\nConstrainDevices=yes\n")


class Slurm:
    """Starts when it is made. `folder` is seen by all nodes; it is not below /tmp."""

    def __init__(self, folder, nodes=3):
        self.folder, self.nodes, self.processes = pathlib.Path(folder), range(1, nodes + 1), []
        mark = os.getpid() % 200
        self.network, self.tag = f"10.66.{mark}", f"gb{mark}"
        self.environment = {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _run(self, *words):
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    def _keep(self, words, **more):
        log = open(self.folder / f"process-{len(self.processes)}.log", "w")
        self.processes.append(subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                               start_new_session=True, **more))
        log.close()

    def _start(self):
        folder = self.folder
        for name in ("munge", "state", "spool", "pids", "dev"):
            (folder / name).mkdir(parents=True)
        folder.chmod(0o755)
        (folder / "munge/key").write_bytes(os.urandom(1024))
        (folder / "munge/key").chmod(0o400)
        for path in (folder / "munge", folder / "munge/key"):
            shutil.chown(path, "munge", "munge")
        for i in range(GPUS):
            self._run("mknod", "-m", "666", str(folder / f"dev/nvidia{i}"), "c", "195", str(i))
        write_configuration(folder, self.nodes, self.network)
        munge = folder / "munge"
        self._keep(["setpriv", "--reuid", "munge", "--regid", "munge", "--clear-groups", "munged", "--foreground", "--force", f"--socket={munge}/sock",
                    f"--key-file={munge}/key", f"--log-file={munge}/log", f"--pid-file={munge}/pid", f"--seed-file={munge}/seed"])
        self._start_network()
        self._keep(["unshare", "--uts", "sh", "-c", "hostname ctl; exec slurmctld -D"])
        for i in self.nodes:
            self._start_node(i)
        self._wait_until_idle()

    def _start_network(self):
        bridge = self.tag + "br"
        self._run("ip", "link", "add", bridge, "type", "bridge")
        self._run("ip", "addr", "add", f"{self.network}.254/24", "dev", bridge)
        self._run("ip", "link", "set", bridge, "up")
        for i in self.nodes:
            space, link = f"{self.tag}n{i}", f"{self.tag}v{i}"
            self._run("ip", "netns", "add", space)
            self._run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space)
            self._run("ip", "link", "set", link, "master", bridge, "up")
            self._run("ip", "-n", space, "link", "set", "lo", "up")
            self._run("ip", "-n", space, "addr", "add", f"{self.network}.{i}/24", "dev", "eth0")
            self._run("ip", "-n", space, "link", "set", "eth0", "up")

    def _start_node(self, i):
        own = self.folder / f"n{i}"
        for name in ("tmp", "shm"):
            (own / name).mkdir(parents=True, exist_ok=True)
            (own / name).chmod(0o1777)
        inside = f"hostname n{i}; cd /; mount --bind {own}/shm /dev/shm; mount --rbind {own}/tmp /tmp; exec slurmd -D -N n{i}"
        self._keep(["nsenter", f"--net=/run/netns/{self.tag}n{i}", "unshare", "--uts", "--ipc", "--mount", "--propagation", "private",
                    "sh", "-c", inside])

    def _wait_until_idle(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            told = subprocess.run(["sinfo", "-h", "-o", "%T %D"], env=self.environment, capture_output=True, text=True, check=False).stdout
            if told.split() == ["idle", str(len(self.nodes))]:
                return
            time.sleep(0.2)
        raise RuntimeError("Slurm did not start: " + told + (self.folder / "ctl.log").read_text()[-2000:])

    def run(self, *words, environment=None, timeout=60, cwd="/"):
        """srun or another program of Slurm, to its end."""
        return subprocess.run(words, env=self.environment | (environment or {}), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=timeout, check=False)

    def start(self, *words, environment=None, cwd="/"):
        return subprocess.Popen(words, env=self.environment | (environment or {}), cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, errors="replace")

    def node_in(self, namespace):
        """The name of the node that has this network namespace (an inode); empty: none has."""
        for i in self.nodes:
            with contextlib.suppress(OSError):
                if os.stat(f"/run/netns/{self.tag}n{i}").st_ino == namespace:
                    return f"n{i}"
        return ""

    def cut(self, i, down):
        """Takes the node's link away, or gives it back."""
        self._run("ip", "link", "set", f"{self.tag}v{i}", "down" if down else "up")

    def lose(self, i):
        """Kills all that runs on the node."""
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.node_in(os.stat(path / "ns/net").st_ino) == f"n{i}":
                    os.kill(int(path.name), signal.SIGKILL)

    def bring_back(self, i):
        self._start_node(i)
        self._wait_until_idle()

    def stop(self):
        subprocess.run(["scancel", "-u", "root"], env=self.environment, check=False, stderr=subprocess.DEVNULL)
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process in reversed(self.processes):
                if process.poll() is None:
                    process.send_signal(number)
            end = time.monotonic() + 3
            while any(process.poll() is None for process in self.processes) and time.monotonic() < end:
                time.sleep(0.05)
        for i in self.nodes:
            subprocess.run(["ip", "netns", "delete", f"{self.tag}n{i}"], check=False, stderr=subprocess.DEVNULL)
            for kind in pathlib.Path("/sys/fs/cgroup").iterdir():
                for group in sorted(kind.glob(f"slurm_n{i}/**/"), reverse=True):
                    with contextlib.suppress(OSError):
                        group.rmdir()
        subprocess.run(["ip", "link", "delete", self.tag + "br"], check=False, stderr=subprocess.DEVNULL)


class ClusterTest(unittest.TestCase):
    """A cluster for all tests of a class, and a results folder for each."""

    # Slurm's control groups are named by node and job alone: of two clusters at once one would kill the other's steps.
    locks = ("slurm",)

    @classmethod
    def setUpClass(cls):
        if reason := why_not():
            raise unittest.SkipTest(reason)
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-slurm-", dir="/var/tmp"))
        cls.folder.chmod(0o755)  # munged is another user
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.slurm = Slurm(cls.folder / "slurm")
        cls.addClassCleanup(cls.slurm.stop)
        (cls.folder / "gpu.script").write_text("gpus 4\nhost_uuids\n" + "".join(f"gpu {i} profile steady {watts}\n" for i, watts in enumerate(WATTS)) +
                                               f"visible_by {cls.folder}/slurm/dev/nvidia%d\n")

    def setUp(self):
        self.results = self.folder / self.id().rpartition(".")[2]
        self.environment = {"IRIS_GPUBENCH_NVML": str(BUILD / "tests/support/fake_nvml/libnvidia-ml.so.1"), "IRIS_GPUBENCH_CARBON_URL": "http://127.0.0.1:9",
                            "FAKE_NVML_SCRIPT": str(self.folder / "gpu.script"), "DOCKER_HOST": "unix:///nonexistent/docker.sock",
                            "OMPI_MCA_btl": "self,tcp", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}

    def job(self):
        return json.loads((self.results / "latest/metrics.json").read_text())

    def parts(self):
        return sorted(path.parent.name for path in self.results.glob("latest/nodes/*/part.json"))

    def assert_sum_is_the_truth(self, job, watts):
        truth = sum(watts * node["elapsed_seconds"] for node in job["nodes"])
        self.assertAlmostEqual(job["total_energy_joules"], truth, delta=max(1e-3 * truth, job["total_energy_uncertainty"]["comparative_joules"]))
