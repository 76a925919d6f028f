#!/usr/bin/python3
"""CPU time of the live view: the program on fake GPUs at 1 Hz in a terminal (tmux), with each --live_style, and what its threads used.

usage: bench/live_cost.py PROGRAM FAKE_NVML [SECONDS]       (FAKE_NVML: build/.../tests/support/fake_nvml/libnvidia-ml.so.1)
"""
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time


def nanoseconds(pid):
    """Time on a processor of each thread, exact to the scheduler's own count."""
    return {task.name: int((task / "schedstat").read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()}


def measure(program, nvml, style, size, gpus, seconds):
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "gpu.script")
        script.write_text(f"gpus {gpus}\nprofile steady 300\n")
        socket = f"{folder}/tmux"
        load = "for i in $(seq 1 10000); do echo Epoch $i/10000 loss=0.5; sleep 0.5; done"
        line = shlex.join(["env", f"IRIS_GPUBENCH_NVML={nvml}", f"FAKE_NVML_SCRIPT={script}", "IRIS_GPUBENCH_CARBON_URL=http://127.0.0.1:9",
                           "TERM=screen-256color", "LC_ALL=C.UTF-8", program, "--results_dir", f"{folder}/results", "--interval", "1",
                           "--no_plot", "--no_html", "--live_style", style, "--benchmark_command", load])
        subprocess.run(["tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), "exec " + line], check=True)
        try:
            pid = int(subprocess.check_output(["tmux", "-S", socket, "display-message", "-p", "#{pane_pid}"]))
            time.sleep(5)
            before, begun = nanoseconds(pid), time.monotonic()
            time.sleep(seconds)
            after, length = nanoseconds(pid), time.monotonic() - begun
            names = {task.name: f"{(task / 'comm').read_text().strip()} {task.name}" for task in pathlib.Path(f"/proc/{pid}/task").iterdir()}
        finally:
            subprocess.run(["tmux", "-S", socket, "kill-server"], check=False)
    return {names.get(task, "?"): 100 * (after[task] - before.get(task, 0)) / 1e9 / length for task in after}


def main():
    program, nvml = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 30
    print("style  size    GPUs   all threads  (% of one core)  each thread that took 0.01 % and more")
    for style, size, gpus in (("none", (200, 60), 8), ("table", (200, 60), 8), ("full", (80, 24), 8), ("full", (120, 40), 1),
                              ("full", (200, 60), 1), ("full", (200, 60), 8), ("none", (200, 60), 16),
                              ("full", (300, 100), 16)):
        threads = measure(program, nvml, style, size, gpus, seconds)
        told = ", ".join(f"{name.rsplit(' ', 1)[0]} {share:.3f}" for name, share in threads.items() if share >= 0.01)
        print(f"{style:<6} {f'{size[0]}x{size[1]}':<8} {gpus:<4}  {sum(threads.values()):6.3f}       {told}", flush=True)


if __name__ == "__main__":
    main()
