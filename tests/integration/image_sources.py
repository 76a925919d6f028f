"""Local git repositories with the layout of those that the benchmark images are built from, as they are now and as they were once.

Each has two commits: "once" is the layout of a commit that lacks what the images run, "now" one that has it. Their programs only
do what a build and a run of an image need of them; their imports are those of the real ones.
"""
import subprocess

CONFIG = """data_mirrors: {{stfc_mirror: "https://s3.invalid"}}
datasets:
  mnist: {{end_point: sciml-datasets/ts}}
{datasets}benchmarks:
  mnist_tf_keras: {{datasets: mnist, group: examples}}
{benchmarks}"""
NOW = CONFIG.format(datasets="  stemdl_ds1: {end_point: sciml-datasets/ms}\n",
                    benchmarks="  stemdl_classification: {datasets: stemdl_ds1, group: science}\n  synthetic_regression: {group: synthetic}\n")

# Like the real one, it exits with 0 when it has installed, downloaded or run nothing.
COMMAND = '''import importlib.util, os, pathlib, sys
import click, cpuinfo, psutil, GPUtil, h5py, numpy, tabulate, bs4, yaml
ROOT = pathlib.Path(__file__).parents[1]
def cli():
    config = yaml.safe_load((ROOT / "etc/configs/config.yml").read_text())
    command, name, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
    if command == "list":
        print("\\n".join(config["benchmarks"]))
    elif command == "download":
        if name not in config["datasets"]:
            return print(f"Dataset {name} is not part of the SciML-Bench.")
        folder = pathlib.Path.home() / "sciml_bench/datasets" / name
        folder.mkdir(parents=True, exist_ok=True)
        os.system(f"aws s3 --no-sign-request sync s3://{config['datasets'][name]['end_point']}/{name}/ {folder}")
    elif name not in config["benchmarks"]:
        print(f"Benchmark {name} is not part of the SciML-Bench.")
    else:
        run(name, config["benchmarks"][name]["group"], next(word for word in rest if word.startswith("--output_dir=")).split("=")[1])
def run(name, group, output):
    try:
        spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / group / name / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except Exception:
        return print(f"The benchmark {name} does not support training.")
    module.sciml_bench_training(pathlib.Path(output))
'''
BENCHMARK = '''import {modules}
def sciml_bench_training(output):
    print("training")
    (output / "metrics.yml").write_text("time: 12.5\\n")
'''
# What patches/stemdl_classification.patch changes, at its place.
TEST_EPOCH = "#\n" * 136 + """class Classifier:
    def on_test_epoch_end(self) -> None:
        # Calculate averages of the collected metrics
        avg_accuracy = torch.mean(torch.tensor([out['accuracy'] for out in self.test_outputs], dtype=torch.float))
        avg_f1 = torch.mean(torch.tensor([out['f1'] for out in self.test_outputs], dtype=torch.float))

"""
SCIML = {
    "setup.py": "from setuptools import setup, find_packages\nsetup(name='sciml_bench', version='1.2.0', packages=find_packages(), include_package_data=True,\n"
                "      install_requires=open('requirements.txt').read().split(),\n"
                "      entry_points={'console_scripts': ['sciml-bench=sciml_bench.core.command:cli']})\n",
    "MANIFEST.in": "include requirements.txt\nrecursive-include sciml_bench *\n",
    "requirements.txt": "setuptools py-cpuinfo psutil gputil pyyaml h5py numpy tabulate click cmake aws-shell lxml bs4 matplotlib\n".replace(" ", "\n"),
    "sciml_bench/__init__.py": "", "sciml_bench/core/__init__.py": "", "sciml_bench/core/command.py": COMMAND}
SCIML_NOW = {
    **SCIML, "sciml_bench/etc/configs/config.yml": NOW,
    "sciml_bench/benchmarks/examples/mnist_tf_keras/mnist_tf_keras.py": BENCHMARK.format(modules="h5py, yaml, numpy, tensorflow, skimage"),
    "sciml_bench/benchmarks/science/stemdl_classification/stemdl_classification.py": BENCHMARK.format(
        modules="yaml, torch, torchvision, pytorch_lightning, tensorboard, tqdm, sklearn, numpy, torchmetrics") + TEST_EPOCH,
    "sciml_bench/benchmarks/synthetic/synthetic_regression/synthetic_regression.py": BENCHMARK.format(modules="torch, numpy, yaml, lightning")}
# 2021: no groups, other names, neither stemdl_classification nor synthetic_regression.
SCIML_ONCE = {**SCIML, "sciml_bench/etc/configs/config.yml": CONFIG.format(datasets="", benchmarks=""),
              "sciml_bench/benchmarks/MNIST_tf_keras/MNIST_tf_keras.py": BENCHMARK.format(modules="tensorflow")}

DO_RECON = '''import sys
from pathlib import Path
from mantidimaging.core.data.dataset import StrictDataset
SAMPLE_PATH = Path(sys.argv[1])
OUTPUT_DIR = Path(sys.argv[2])
if __name__ == "__main__":
    StrictDataset(SAMPLE_PATH.read_bytes())
    OUTPUT_DIR.mkdir()
'''
RECON_TIME = '    (Path.home() / "results").mkdir(exist_ok=True)\n    (Path.home() / "results" / "metrics.yml").write_text("time: 7.5\\n")\n'
RUN = "#!/bin/bash\n{head}mamba run -n mantidimaging python do_recon.py data_{size}GB/Tomo/Spheres_0000.tiff out{size}\n"
HEAD = "set -o nounset\nset -o errexit\nsource ~/miniforge3/etc/profile.d/conda.sh\n"
PROJECTIONS = {1: 600, 4: 1000, 5: 1050, 8: 1250}


def mantid(sizes, head, recon):
    files = {"do_recon.py": recon}
    for size in sizes:
        files[f"run_{size}.sh"] = RUN.format(head=head, size=size)
        files[f"spheres_{size}GB.yaml"] = f"angles:\n  linspace: [0,360, {PROJECTIONS[size]}]\n"
    return files


TOOL = '''#!/usr/bin/env python
import pathlib, re, sys
import tomophantom, yaml
if __name__ == "__main__":
    projections = int(re.search(r"linspace: .*, (\\d+)\\]", pathlib.Path(sys.argv[1]).read_text())[1])
    folder = pathlib.Path(sys.argv[2])
    (folder / "Tomo").mkdir(parents=True)
    (folder / "tomo.txt").write_text("angles")
    for index in range(projections):
        (folder / f"Tomo/Spheres_{index:04d}.tiff").write_text("image")
'''
TOMOPHANTOM = {"environment.yaml": "name: tomophantom\nchannels:\n  - conda-forge\n  - httomo\ndependencies:\n  - tomophantom = 3.0.1\n  - pyyaml\n",
               "tomophantomtool.py": TOOL}

# What the stand-in for cmake "compiles": see image_indexes.py.
LLAMA_BENCH = '''#!/usr/bin/python3
import json, os, sys
if "--help" in sys.argv:
    sys.exit(print("usage: llama-bench [options]"))
open(sys.argv[sys.argv.index("--model") + 1], "rb").read(4) == b"GGUF" or sys.exit(1)
tokens, repetitions = (int(sys.argv[sys.argv.index(name) + 1]) for name in ("--n-gen", "--repetitions"))
gpu = "" if os.environ.get("WITHOUT_GPU") else "NVIDIA H200"
print(json.dumps([{"backends": "CUDA" if gpu else "CPU", "gpu_info": gpu, "n_gen": tokens, "samples_ns": [2000000000] * repetitions}]))
'''
LLAMA = {"CMakeLists.txt": "project(llama.cpp)\n", "tools/llama-bench/CMakeLists.txt": "add_executable(llama-bench llama-bench.cpp)\n",
         "tools/llama-bench/llama-bench.cpp": LLAMA_BENCH}

# Name: (what an image's build calls its arguments, once, now)
REPOSITORIES = {
    "sciml-bench": ("SCIML_BENCH", SCIML_ONCE, SCIML_NOW),
    "mantid_imaging_cloud_bench": ("MANTID_BENCH", mantid((1, 8), "", DO_RECON), mantid((1, 4, 5, 8), HEAD, DO_RECON + RECON_TIME)),
    "tomophantomtool": ("TOMOPHANTOM_TOOL", {}, TOMOPHANTOM),
    "llama.cpp": ("LLAMA_CPP", {}, LLAMA)}


def git(folder, *arguments):
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True, text=True).stdout.strip()


def commit(folder, files):
    for path in folder.iterdir():
        if path.name != ".git":
            git(folder, "rm", "-rq", path.name)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        (folder / path).chmod(0o755 if text.startswith("#!") else 0o644)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "layout")
    return git(folder, "rev-parse", "HEAD")


def pinned(repository, argument, version):
    """The arguments of a build from this commit."""
    return {f"{argument}_COMMIT": version, f"{argument}_TREE": git(repository, "rev-parse", f"{version}^{{tree}}")}


def make_repositories(folder):
    """Makes them in the folder; what the arguments of a build are called, and the two commits, by repository."""
    made = {}
    for name, (argument, once, now) in REPOSITORIES.items():
        (folder / name).mkdir(parents=True)
        git(folder / name, "init", "--quiet")
        git(folder / name, "config", "uploadpack.allowAnySHA1InWant", "true")
        made[name] = (argument, commit(folder / name, once), commit(folder / name, now))
    return made
