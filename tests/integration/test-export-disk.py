#!/usr/bin/python3
"""A disk that fills up, turns read-only or no longer syncs while a run is exported: the run ends with what can be known and says it,
nothing half-written passes as whole, and what the journal has reaches the database once."""
import contextlib
import ctypes
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import yaml

from databases import WithDatabase, shown_at_once, tally
from product import BUILD, PROGRAM, ProductTest

CLONE_NEWNS = 0x20000  # <linux/sched.h>
os.environ["PATH"] += ":/usr/sbin:/sbin"  # for mkfs.ext4 and fsck.ext4: not every root has them there
SHIM = BUILD / "tests/support/failing_fsync/libfailing_fsync.so"
QUICK = ("--export_to_victoria", "--export_settle", "2.5", "--export_drain", "20", "--idle_roll", "0.2", "--no_plot", "--no_live_monitor", "--verbose",
         "--interval", "0.1", "--carbon_intensity", "200")


@unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
class Disks(WithDatabase, ProductTest):
    gpu_script = "gpus 2\nprofile steady 300\n"

    @classmethod
    def setUpClass(cls):
        # In a mount namespace of its own: what starts beside this, a container say, would keep a copy of a disk mounted here, and with it
        # the disk in use after it was unmounted.
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
            raise unittest.SkipTest(f"no mount namespace is to be had here: {os.strerror(ctypes.get_errno())}")
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.results.mkdir()
        shown = contextlib.ExitStack()
        shown.enter_context(shown_at_once(self.database))
        self.addCleanup(shown.close)
        self.environment["IRIS_GPUBENCH_VICTORIA_URL"] = self.database.url

    def mount(self, *arguments):
        mounted = subprocess.run(["mount", *arguments, str(self.results)], capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest(f"nothing can be mounted here: {mounted.stderr}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.results)], check=False)

    def run_folder(self):
        return next(path for path in self.results.iterdir() if path.is_dir() and not path.is_symlink() and (path / "journal").exists())

    def told(self, outcome):
        """The tables on the terminal as one line, and the export's counts in them."""
        text = re.sub(r"\s+", " ", re.sub(r"[|+-]{2,}", " ", outcome.stdout.replace("|", " ")))
        self.assertIn("GPU and Carbon Performance Results", text, outcome.stderr)
        self.assertIn("Energy", text)
        return text

    def assert_nothing_half_written(self, folder, disk_turned_read_only=False):
        """Whatever has the name of a result is whole. A temporary file that was under way when the disk turned read-only cannot be removed."""
        temporaries = [path.name for path in folder.rglob(".*")]
        if disk_turned_read_only:
            temporaries = [name for name in temporaries if not re.fullmatch(r"\..+\.[0-9a-f]{12}", name)]
        self.assertEqual(temporaries, [])
        for path in folder.rglob("*.json"):
            json.loads(path.read_text())
        for name in ("metrics.yml",):
            if (folder / name).exists():
                self.assertIn("total_energy", yaml.safe_load((folder / name).read_text()))
        if (folder / "report.html").exists():
            self.assertTrue((folder / "report.html").read_text().rstrip().endswith("</html>"))
        for name in ("timeseries.csv", "power.csv"):
            if (folder / name).exists():
                self.assertTrue((folder / name).read_text().endswith("\n"))

    def assert_once_in_the_database(self, folder, case, settle="2.5", lost_with_the_disk=0):
        """What the journal has is there, once, after `export RUN`; returns how much that is. A disk that fails takes what was not yet forced
        to it back, and the export may have sent that: so many more samples may be there."""
        done = subprocess.run([str(PROGRAM), "export", str(folder), "--export_settle", settle], env=self.environment, capture_output=True,
                              text=True, timeout=120)
        counts = {name: int(number) for name, number in re.findall(r"^  (\w+) +(\d+)$", done.stdout, re.M)}
        stored, doubled = tally(self.database.series(folder.name))
        print(f"{case}: in the journal {counts.get('recorded')}, stored {stored}, missing {counts.get('recorded', 0) - stored}, doubled {doubled}",
              flush=True)
        torn = "of the journal are incomplete or damaged" in done.stdout  # the full disk took part of a record: said, and not a success
        self.assertEqual((done.returncode, doubled), (1 if torn else 0, 0), done.stdout + done.stderr)
        self.assertEqual(counts.get("recorded"), counts.get("verified"), done.stdout)
        self.assertTrue(0 <= stored - counts["recorded"] <= lost_with_the_disk, f"{stored} stored; {done.stdout}")
        return stored

    def test_a_disk_that_fills_up(self):
        for code in (0, 7):
            with self.subTest(code=code):
                self.mount("-t", "tmpfs", "-o", "size=8m", "tmpfs")
                outcome = self.run_program(*QUICK, "--benchmark_command",
                                           f"sleep 2; dd if=/dev/zero of={self.results}/fill bs=4k 2>/dev/null; sleep 2; exit {code}")
                self.assertEqual(outcome.code, code or 125, outcome.stderr)
                text = self.told(outcome)
                self.assertIn("No space left on device", text + outcome.stderr)
                self.assertRegex(text, r"values are missing from the run's journal|bytes are missing from the run's journal")
                folder = self.run_folder()
                self.assert_nothing_half_written(folder)
                (self.results / "fill").unlink()
                self.assertGreater(self.assert_once_in_the_database(folder, "disk full"), 2 * 50 * 1.5)
                subprocess.run(["umount", str(self.results)], check=True)

    def test_a_disk_that_fills_up_and_has_room_again(self):
        """What waited is written then: nothing is missing."""
        self.mount("-t", "tmpfs", "-o", "size=8m", "tmpfs")
        outcome = self.run_program(*QUICK, "--benchmark_command",
                                   f"sleep 1; dd if=/dev/zero of={self.results}/fill bs=4k 2>/dev/null; sleep 2; rm {self.results}/fill; sleep 2")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        exported = outcome.metrics["export"]
        self.assertEqual((exported["accepted"], exported["verified"]), (exported["recorded"],) * 2, exported)
        self.assertNotIn("journal_incomplete", outcome.findings())
        self.assert_nothing_half_written(outcome.directory)
        self.assertEqual(self.assert_once_in_the_database(self.run_folder(), "disk full for two seconds"), exported["recorded"])

    def test_a_disk_that_turns_read_only(self):
        """As the kernel does it with an ext4 that has an error. Its image lies in memory: how much has not been forced to it when it fails is a
        matter of how often that is asked for, not of the speed of a disk."""
        memory = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-", dir="/dev/shm"))
        self.addCleanup(shutil.rmtree, memory, ignore_errors=True)
        image = memory / "disk"
        with open(image, "wb") as file:
            file.truncate(64 << 20)
        subprocess.run(["mkfs.ext4", "-q", str(image)], check=True, capture_output=True)
        self.mount("-o", "loop,errors=remount-ro", str(image))
        device = subprocess.run(["findmnt", "-no", "SOURCE", str(self.results)], capture_output=True, text=True, check=True).stdout.strip()
        trigger = pathlib.Path(f"/sys/fs/ext4/{pathlib.Path(device).name}/trigger_fs_error")
        if not trigger.exists():
            self.skipTest("this kernel's ext4 cannot be made to fail")
        failed = self.folder / "failed"
        process = self.start(*QUICK, "--", "sh", "-c", f"while [ ! -e {failed} ]; do sleep 0.1; done; sleep 2; exit 7")
        self.wait_for(lambda: list(self.results.glob("*/export/state.json")), "the export to have begun")
        time.sleep(2)
        trigger.write_text("1")
        failed.touch()
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 7, outcome.stderr)
        text = self.told(outcome)
        self.assertIn("Read-only file system", text + outcome.stderr)
        self.assertIn("missing from the run's journal", text)
        folder = self.run_folder()
        self.assert_nothing_half_written(folder, disk_turned_read_only=True)
        self.assertFalse((folder / "metrics.yml").exists())
        # Repaired, and what the journal has is sent.
        subprocess.run(["umount", str(self.results)], check=True)
        subprocess.run(["fsck.ext4", "-p", "-f", str(image)], check=False, capture_output=True)
        subprocess.run(["mount", "-o", "loop", str(image), str(self.results)], check=True)
        self.assertGreater(self.assert_once_in_the_database(folder, "disk turned read-only", lost_with_the_disk=2 * 2 * 75), 100)

    def test_a_disk_that_does_not_sync(self):
        """Everything is written, and nothing of it is known to outlive a power cut: that is said, and no result takes the place of another."""
        self.environment.update(LD_PRELOAD=str(SHIM), FAILING_FSYNC=str(self.folder / "broken"))
        outcome = self.run_program(*QUICK, "--benchmark_command", f"sleep 1; touch {self.folder}/broken; sleep 2; exit 7")
        self.assertEqual(outcome.code, 7, outcome.stderr)
        text = self.told(outcome)
        self.assertIn("the journal could not be forced to the disk: Input/output error", text)
        self.assertIn("Input/output error", outcome.stderr)
        folder = self.run_folder()
        self.assert_nothing_half_written(folder)
        self.assertFalse((folder / "metrics.yml").exists(), "a result that was not synced has its name all the same")
        (self.folder / "broken").unlink()
        self.assertGreater(self.assert_once_in_the_database(folder, "fsync failing"), 2 * 50 * 2.5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
