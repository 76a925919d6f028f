"""What an ELF file needs and offers, as binutils report it."""
import pathlib
import re
import subprocess
import tempfile


def _output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def needed(path):
    return re.findall(r"\(NEEDED\).*\[(.+)\]", _output("readelf", "-d", path))


class Tools:
    """The binutils and the compiler for one kind of machine."""

    def __init__(self, triplet):
        self.triplet = triplet

    def strip(self, path):
        is_library = ".so" in path.name
        subprocess.run([f"{self.triplet}-strip", "--strip-unneeded" if is_library else "--strip-all", path], check=True)

    def compile_library(self, source, versions, soname, target):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder, "versions")
            script.write_text(versions)
            subprocess.run([f"{self.triplet}-gcc", "-x", "c", "-", "-shared", "-fPIC", "-Os", f"-Wl,-soname,{soname}", "-Wl,--build-id=none", "-s",
                            *([f"-Wl,--version-script={script}"] if versions else []), "-o", target], input=source, text=True, check=True)
            target.chmod(0o644)

    def compile_static(self, source, debian, target):
        """With musl, so that the program is small; the compiler may be that of another machine."""
        machine = self.triplet.replace("-gnu", "-musl")
        runtime = subprocess.run([f"{self.triplet}-gcc", "-print-libgcc-file-name"], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run([f"{self.triplet}-gcc", "-std=c17", "-Os", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror",
                        "-nostdinc", "-isystem", debian.file(f"usr/include/{machine}"), "-fno-stack-protector", "-fno-pie",
                        "-no-pie", "-static", "-nostdlib", "-Wl,--build-id=none", "-s", "-o", target,
                        debian.file(f"usr/lib/{machine}/crt1.o"), source, debian.file(f"usr/lib/{machine}/libc.a"), runtime], check=True)


# Num: Value Size Type Bind Vis Ndx Name[@[@]VERSION]
_SYMBOL = re.compile(r"^\s*\d+: [0-9a-f]+ +(\d+|0x[0-9a-f]+) (\w+) +\w+ +\w+ +(\w+) ([\w.$]+)(?:@@?([\w.]+))?", re.MULTILINE)


def _symbols(path):
    """[(name, version, size, type, is defined)]"""
    return [(name, version, int(size, 0), kind, section != "UND")
            for size, kind, section, name, version in _SYMBOL.findall(_output("readelf", "--dyn-syms", "-W", path))]


def make_stand_in(library, called_at_start, users, target, tools):
    """A library of the same name for one whose work is never asked for: each function that `users` may name ends
    the program, but for those that are called at start-up all the same."""
    # A program holds a copy of each variable of a library that it names, so there it counts as defined.
    wanted = {name for user in users for name, _, _, kind, defined in _symbols(user) if not defined or kind == "OBJECT"}
    offered = {name: (version, size, kind) for name, version, size, kind, defined in _symbols(library) if defined and name in wanted}
    message = f"iris-gpubench: this archive has no {target.name}\\n"
    lines = ["void abort(void);", "long write(int, const void *, unsigned long);", f'static const char kMessage[] = "{message}";',
             "static void absent(void) { write(2, kMessage, sizeof kMessage - 1); abort(); }"]
    versions = {}
    for name, (version, size, kind) in sorted(offered.items()):
        body = "return 0;" if name in called_at_start else "absent(); return 0;"
        lines.append(f"int {name}(void) {{ {body} }}" if kind in ("FUNC", "IFUNC") else f"char {name}[{max(size, 1)}];")
        if version:
            versions.setdefault(version, []).append(name)
    script = "".join(f"{version} {{ global: {'; '.join(names)}; }};\n" for version, names in sorted(versions.items()))
    tools.compile_library("\n".join(lines) + "\n", script, target.name, target)
