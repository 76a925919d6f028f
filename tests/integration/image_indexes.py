"""A base image for builds of the benchmark images without a network: this machine's own shell, git, Python and curl, and package
indexes of our own in place of apt's, pip's and Conda's.

A program is there only once "apt-get install" has brought it; a Python or Conda package only if the index has that name and
version. The indexes hold what the images' requirements name: packages that can be imported and do nothing.
"""
import functools
import hashlib
import pathlib
import shutil
import subprocess
import zipfile

import yaml

# Packages of this machine that each package of the stand-in's apt consists of. () for what only has to exist.
BASE = ("bash", "coreutils", "dash", "findutils", "grep", "libc-bin", "sed", "tar", "gzip")
APT = {"ca-certificates": (), "curl": ("curl",), "git": ("git",), "libgl1": (), "python3": ("python3",), "python3-pip": (), "python3-venv": ("python3-venv",),
       "wget": ()}
DOCUMENTATION = ("/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/share/info")
NOT_NEEDED = {"perl", "libcurl3-gnutls", "liberror-perl", "git-man", "debconf", "debconf-2.0", "dpkg", "libpam0g", "media-types", "ca-certificates"}
# The compilers of a CUDA program are too large to be brought along: these say what they miss and copy what they should compile.
COMPILERS = {
    "g++": ("g++", "#!/bin/sh\n"), "make": ("make", "#!/bin/sh\n"), "cuda-nvcc-12-4": ("nvcc", "#!/bin/sh\n"), "cuda-cudart-dev-12-4": None,
    "cuda-driver-dev-12-4": None, "libcublas-dev-12-4": None,
    "cmake": ("cmake", """#!/bin/sh
set -eu
for program in g++ make nvcc; do command -v "$program" >/dev/null || { echo "cmake: no $program" >&2; exit 1; }; done
grep -q '^project' CMakeLists.txt
[ "$1" = --build ] || exit 0
target=$(echo "$*" | sed 's/.*--target \\([^ ]*\\).*/\\1/')
grep -q "add_executable($target " "tools/$target/CMakeLists.txt" || { echo "cmake: no target $target" >&2; exit 1; }
mkdir -p build/bin
cp "tools/$target/$target.cpp" "build/bin/$target"
echo library >build/bin/libggml-cuda.so
""")}
APT_GET = """#!/bin/sh
set -eu
[ "$1" = install ] || exit 0
for name in "$@"; do
  case $name in
    install | -*) ;;
    *)
      [ -d "/index/apt/$name" ] || { echo "E: Unable to locate package $name" >&2; exit 100; }
      cp -a "/index/apt/$name/." /
      ;;
  esac
done
"""
# What is imported under another name than the package's.
MODULES = {"beautifulsoup4": "bs4", "bs4": None, "gputil": "GPUtil", "py-cpuinfo": "cpuinfo", "pytorch-lightning": "pytorch_lightning", "pyyaml": None,
           "scikit-image": "skimage", "scikit-learn": "sklearn", "aws-shell": "awsshell"}
AWS = """#!python
import pathlib, shutil, sys
source = pathlib.Path("/index/data") / sys.argv[-2].strip("/").split("/")[-1]
if not source.exists():
    sys.exit(f"fatal error: no {source}")
shutil.copytree(source, sys.argv[-1], dirs_exist_ok=True)
"""
DATA = ("mnist/train.hdf5", "mnist/test.hdf5", "stemdl_ds1/training/1.npz", "stemdl_ds1/validation/1.npz", "stemdl_ds1/testing/1.npz")
# Mantid Imaging's module of that name is what the benchmark imports; its version 3 has it no longer.
CONDA = {"python=3.10": {}, "conda-forge::numexpr": {}, "ipp=2021.*": {}, "pyyaml": {"yaml.py": ""}, "tomophantom=3.0.1": {"tomophantom.py": ""},
         "mantidimaging=2.8.0": {"mantidimaging/core/data/dataset.py": "def StrictDataset(sample): pass\n"},
         "mantidimaging=3.1.0": {"mantidimaging/core/data/dataset.py": "def Dataset(sample): pass\n"}}
MINIFORGE = """#!/bin/bash
[ "$1 $2" = "-b -p" ] || exit 1
mkdir -p "$3/bin" "$3/condabin" "$3/etc/profile.d" "$3/envs"
cp /index/mamba "$3/bin/mamba"
ln -s ../bin/mamba "$3/condabin/mamba"
echo 'PATH=$HOME/miniforge3/condabin:$PATH' >"$3/etc/profile.d/conda.sh"
"""
MAMBA = r"""#!/bin/bash
set -eu
case "$1 ${2:-}" in
  "env create")
    file=${!#}
    home=~/miniforge3/envs/$(sed -n 's/^name: //p' "$file")
    mkdir -p "$home/bin" "$home/site"
    ln -s /usr/bin/python3 "$home/bin/python"
    sed '1,/^dependencies:/d' "$file" | sed -n 's/^  - //p' | tr -d ' ' | while read -r package; do
      [ -d "/index/conda/$package" ] || { echo "error: nothing provides $package" >&2; exit 1; }
      cp -a "/index/conda/$package/." "$home/site/"
    done
    ;;
  "run -n")
    home=~/miniforge3/envs/$3
    [ -d "$home" ] || { echo "error: no environment $3" >&2; exit 1; }
    shift 3
    PATH=$home/bin:$PATH PYTHONPATH=$home/site exec "$@"
    ;;
  "clean --all") ;;
  *) exit 1 ;;
esac
"""


@functools.lru_cache
def installed():
    """What each installed package of this machine depends on."""
    lines = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}:${Pre-Depends},${Depends}\n"], capture_output=True, text=True).stdout
    packages = (line.removeprefix("installed ").split(":", 1) for line in lines.splitlines() if line.startswith("installed "))
    return {name: [need.split()[0].split(":")[0] for need in needs.replace("|", ",").split(",") if need.strip()] for name, needs in packages}


def with_what_they_need(packages):
    """The packages and, of this machine's, all that they depend on."""
    found, waiting = set(), list(packages)
    while waiting:
        package = waiting.pop()
        if package not in found and package not in NOT_NEEDED and package in installed():
            found.add(package)
            waiting += installed()[package]
    return found


def copy_packages(packages, folder):
    """Copies their files, under the folder that they really lie in, without documentation."""
    folder.mkdir(parents=True, exist_ok=True)
    if not packages:
        return
    names = subprocess.run(["dpkg", "-L", *packages], capture_output=True, text=True, check=True).stdout.splitlines()
    paths = {pathlib.Path(name) for name in names if name.startswith("/") and not name.startswith(DOCUMENTATION)}
    paths = sorted({str(path.parent.resolve() / path.name)[1:] for path in paths if path.exists() and not path.is_dir()})
    packed = subprocess.run(["tar", "-c", "-C", "/", "--no-recursion", "-T", "-"], input="\n".join(paths).encode(), stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def write_wheel(folder, requirement):
    """A package of that name and version that can be imported and does nothing."""
    name, version = requirement.split("==")
    name, _, extra = name.partition("[")
    module = MODULES.get(name, name)
    files = {f"{module}.py": ""} if module else {}
    if name == "pyyaml":  # the real one: the benchmarks' settings are read with it
        files = {f"yaml/{path.name}": path.read_text() for path in pathlib.Path(yaml.__file__).parent.glob("*.py")}
    if name == "awscli":
        files[f"{name}-{version}.data/scripts/aws"] = AWS
    about = f"{name.replace('-', '_')}-{version}.dist-info"
    files[f"{about}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + (f"Provides-Extra: {extra[:-1]}\n" if extra else "")
    files[f"{about}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{about}/RECORD"] = ""
    with zipfile.ZipFile(folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            member = zipfile.ZipInfo(path)
            member.external_attr = (0o100755 if text.startswith("#!") else 0o100644) << 16  # pip takes a script's mode from here
            wheel.writestr(member, text)


def requirements_of(dockerfiles):
    for path in sorted((dockerfiles / "requirements").glob("*.txt")):
        yield from (line for line in path.read_text().splitlines() if line and not line.startswith("#"))


def make_indexes(index, dockerfiles):
    for name, packages in APT.items():
        there = with_what_they_need(BASE + (APT["python3"] if name == "python3-venv" else ()))
        copy_packages(with_what_they_need(packages) - there, index / "apt" / name)
    for program in (index / "apt/git/usr/lib/git-core").iterdir():  # what is read from a folder needs git alone
        if program.name != "git" and program.is_file() and not program.is_symlink():
            program.unlink()
    for name, program in COMPILERS.items():
        (index / "apt" / name).mkdir()
        if program:
            write(index / "apt" / name / "usr/bin" / program[0], program[1], 0o755)
    (index / "pip").mkdir()
    for requirement in requirements_of(dockerfiles):
        write_wheel(index / "pip", requirement)
    for wheel in pathlib.Path("/usr/share/python-wheels").glob("[sw]*.whl"):  # setuptools and wheel, where pip asks for them
        shutil.copy(wheel, index / "pip")
    for package, files in CONDA.items():
        (index / "conda" / package).mkdir(parents=True)
        for path, text in files.items():
            write(index / "conda" / package / path, text)
    for path in DATA:
        write(index / "data" / path, "data")
    write(index / "mamba", MAMBA, 0o755)
    write(index / "miniforge.sh", MINIFORGE)


def make_base(folder, dockerfiles):
    """The image's files below the folder, and the arguments that a build on it needs beside those of the repositories."""
    copy_packages(with_what_they_need(BASE), folder)
    for name in ("bin", "sbin", "lib", "lib64"):
        if pathlib.Path("/" + name).is_symlink():
            (folder / name).symlink_to("usr/" + name)
    for name in ("etc", "root", "tmp", "usr/bin", "usr/local/bin", "var/lib/apt/lists"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "tmp").chmod(0o1777)
    write(folder / "etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
    write(folder / "etc/pip.conf", "[global]\nno-index = true\nfind-links = /index/pip\n")
    write(folder / "usr/bin/apt-get", APT_GET, 0o755)
    if not (folder / "usr/bin/sh").exists():
        (folder / "usr/bin/sh").symlink_to("dash")
    make_indexes(folder / "index", dockerfiles)
    checksum = hashlib.sha256((folder / "index/miniforge.sh").read_bytes()).hexdigest()
    return {"MINIFORGE_URL": "file:///index/miniforge.sh", "MINIFORGE_SHA256": checksum}
