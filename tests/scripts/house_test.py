"""scripts/house.py must find what it is there for, and no more; and scripts/check-layers must use it."""
import importlib.machinery
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
sys.dont_write_bytecode = True
sys.path.insert(0, str(SCRIPTS))
import house  # noqa: E402

LOADER = importlib.machinery.SourceFileLoader("check_layers", str(SCRIPTS / "check-layers"))
check_layers = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_layers", LOADER))
LOADER.exec_module(check_layers)

ARCHITECTURE = """# Architecture

| room | what | may include | adapters |
|---|---|---|---|
| `base` | quantities | nothing | |
| `meter` | what is read | base | `nvml` a driver |

## Threads

| thread | does | never does |
|---|---|---|
| sampler (`sampler::Sampler`), log (`app::BenchmarkLog`) | calls the meter | wait |
"""


def begins(found):
    """The messages up to their first comma or colon."""
    return [message.split(",")[0].split(": ")[0] for message in found]


class Circles(unittest.TestCase):
    def test_of_two_and_of_three(self):
        graph = {"src/a/one": {"src/a/two"}, "src/a/two": {"src/a/one", "src/a/other"}, "src/a/other": set(),
                 "src/b/x": {"src/b/y"}, "src/b/y": {"src/b/z", "src/a/one"}, "src/b/z": {"src/b/x"}}
        self.assertEqual(sorted(house.circles(graph)), [["src/a/one", "src/a/two"], ["src/b/x", "src/b/y", "src/b/z"]])
        self.assertEqual(begins(house.circle_problems(graph)).count("src/a/one"), 1)

    def test_a_line_and_a_diamond_are_none(self):
        self.assertEqual(house.circles({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}), [])


class Grants(unittest.TestCase):
    def test_unused(self):
        rooms = {"base": [], "meter": ["base", "series"], "app": ["base", "meter"]}
        self.assertEqual(begins(house.unused_grants(rooms, ["app"], {("meter", "base")})), ["meter is granted series"])

    def test_third_party_counts_in_sub_folders(self):
        grants = {"fmt/": ["report", "live"], "tl/expected": [""]}
        used = {("fmt/", "report/plot"), ("tl/expected", "base")}
        self.assertEqual(begins(house.unused_third_party(grants, used)), ["<fmt/...> is granted to live"])


class Architecture(unittest.TestCase):
    def missing(self, folders, threads=()):
        return begins(house.missing_in_architecture(ARCHITECTURE, folders, threads))

    def test_whole(self):
        self.assertEqual(self.missing(["base", "meter", "meter/nvml"], ["src/sampler/sampler", "src/benchmark/benchmark_log"]), [])

    def test_room_and_adapter_and_thread(self):
        self.assertEqual(self.missing(["base", "meter", "series"]), ["src/series"])
        self.assertEqual(self.missing(["base", "meter", "meter/replay"]), ["src/meter/replay"])
        self.assertEqual(self.missing(["base", "meter"], ["src/exporting/exporter"]), ["src/exporting/exporter"])

    def test_row_without_a_folder(self):
        self.assertEqual(self.missing(["base"]), ["ARCHITECTURE.md's table has a row meter"])

    def test_what_starts_a_thread(self):
        for text in ("std::thread thread_;", "std::jthread(run)", "MHD_start_daemon(flags)"):
            self.assertTrue(house.STARTS_THREADS.search(text), text)
        for text in ("std::this_thread::yield();", "std::thread::id id;"):
            self.assertFalse(house.STARTS_THREADS.search(text), text)


class Sizes(unittest.TestCase):
    def test_folder(self):
        files = {f"src/a/f{number}.cpp": 10 for number in range(41)}
        self.assertEqual(begins(house.sizes(files)), ["src/a"])
        files.pop("src/a/f7.cpp")
        self.assertEqual(begins(house.sizes(files)), [])

    def test_lines(self):
        self.assertEqual(begins(house.sizes({"src/a/b.cpp": 500, "src/a/c.cpp": 501})), ["src/a/c.cpp"])


@unittest.skipUnless(shutil.which("ctags"), "no ctags (package universal-ctags)")
class Members(unittest.TestCase):
    def found(self, count):
        with tempfile.TemporaryDirectory() as root:
            folder = pathlib.Path(root, "src/a")
            folder.mkdir(parents=True)
            lines = "".join(f"  int m{number}_ = f({number});\n  void f{number}();\n" for number in range(count))
            (folder / "a.h").write_text(f"namespace n {{\nclass Wide {{\n public:\n{lines}  static constexpr int kOne = 1;\n}};\n}}\n")
            return begins(house.found_by_ctags(pathlib.Path(root)))

    def test_at_most_twenty(self):
        self.assertEqual(self.found(19), [])
        self.assertEqual(self.found(22), ["src/a/a.h"])


@unittest.skipUnless(shutil.which("ctags"), "no ctags (package universal-ctags)")
class Clashes(unittest.TestCase):
    def found(self, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"namespace n {{\nnamespace {{\n{text}\n}}\n}}\n")
            (pathlib.Path(root) / "src").mkdir(exist_ok=True)
            return begins(house.found_by_ctags(pathlib.Path(root)))

    def test_of_one_folder(self):
        for text in ("constexpr int kOne = 1;", "int one(int a) { return a; }", "class One {};"):
            self.assertEqual(len(self.found({"src/a/a.cpp": text, "src/a/b.cpp": text})), 1, text)
            self.assertEqual(len(self.found({"tests/unit/a/a.cpp": text, "tests/unit/a/b.cpp": text})), 1, text)

    def test_what_is_none(self):
        one = "int one(int a) { return a; }"
        self.assertEqual(self.found({"src/a/a.cpp": one, "src/b/a.cpp": one, "src/a/c/a.cpp": one}), [])
        self.assertEqual(self.found({"src/a/a.cpp": one, "src/a/b.cpp": "int one(double a) { return 1; }"}), [])
        self.assertEqual(self.found({"src/a/a.cpp": "namespace fs = std::filesystem;", "src/a/b.cpp": "namespace fs = std::filesystem;"}), [])


class WholeTree(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in {"ARCHITECTURE.md": ARCHITECTURE, **files}.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, SCRIPTS / "check-layers", root], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1)
            return done.stdout

    def test_a_circle_is_found(self):
        circle = {"src/base/a.h": '#include "base/b.h"\n', "src/base/a.cpp": '#include "base/a.h"\n', "src/base/b.cpp": '#include "base/a.h"\n',
                  "src/base/b.h": "\n"}
        self.assertIn("src/base/a: is in an include circle of 2 units, through base/b", self.check(circle))

    def test_each_check_is_asked(self):
        output = self.check({"src/base/a.h": "\n" * 501, "src/series/a.cpp": "std::thread t;\n"})
        for words in ("501 lines", "meter is granted base", "no row for it", "starts a thread"):
            self.assertIn(words, output)


if __name__ == "__main__":
    unittest.main()
