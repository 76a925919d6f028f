"""scripts/check-layers must pass what the room table allows and name file and line of what it forbids."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check-layers"


def check(files):
    """Plants the files in an empty tree; returns exit code and output of the check."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class Allowed(unittest.TestCase):
    def passes(self, name, text):
        code, output = check({name: text})
        self.assertEqual(code, 0, output)

    def test_granted_rooms(self):
        self.passes("src/energy/a.cpp", '#include <vector>\n#include "base/time.h"\n#include "series/series.h"\n')

    def test_adapter_may_use_platform(self):
        self.passes("src/meter/nvml/a.cpp", '#include <dlfcn.h>\n#include "platform/clock.h"\n#include "meter/nvml/b.h"\n')

    def test_commands_and_main_include_everything(self):
        self.passes("src/commands/a.cpp", '#include "exporting/victoriametrics/a.h"\n#include <fmt/format.h>\n')
        self.passes("src/main.cpp", '#include "run/run.h"\nint main() { return std::puts("A"); }\n')

    def test_the_command_line_reads_the_environment(self):
        self.passes("src/cli/a.cpp", 'auto a = getenv("A");\n')

    def test_third_party_where_granted(self):
        self.passes("src/workload/docker/a.cpp", "#include <nlohmann/json.hpp>\n#include <archive.h>\n")
        self.passes("src/report/plot/a.cpp", "#include <fmt/format.h>\n")

    def test_a_header_of_the_language_named_like_a_room(self):
        self.passes("src/base/a.cpp", "#include <compare>\n")

    def test_words_in_comments_and_texts(self):
        self.passes("src/base/a.cpp", '// getenv, std::cout\n/* nanosleep(\n printf( */ const char* a = "printf(stdout)";\n')
        self.passes("src/base/a.cpp", 'auto a = R"(std::cout << getenv("A"))"; int b = 1\'000; char c = \'"\';\n')

    def test_words_that_only_look_alike(self):
        self.passes("src/sampler/a.cpp", "clock_.sleep_until(time); snprintf(b, 1, f); reading.time(0); fprintf(stderr, f); dup2(fd, STDOUT_FILENO);\n")

    def test_options_as_people_write_them(self):
        self.passes("src/cli/a.cpp", 'row({"--log_cap", "SIZE", "With --log-cap 1m"}); Text a = "score--of_it";\n')

    def test_own_tests_of_an_adapter(self):
        self.passes("tests/unit/meter/a_test.cpp", '#include "meter/nvml/a.h"\n#include <gtest/gtest.h>\n')


class Forbidden(unittest.TestCase):
    def fails(self, name, text, line):
        code, output = check({name: text})
        self.assertEqual(code, 1, output)
        self.assertIn(f"{name}:{line}: ", output)

    def test_room_not_granted(self):
        self.fails("src/base/a.h", '\n#include "series/series.h"\n', 2)
        self.fails("src/meter/a.h", '#include "platform/clock.h"\n', 1)
        self.fails("src/energy/a.h", '#include "base/time.h"\n#include <carbon/intensity.h>\n', 2)

    def test_adapter_from_elsewhere(self):
        self.fails("src/workload/a.cpp", '#include "workload/docker/a.h"\n', 1)
        self.fails("src/workload/command/a.cpp", '#include "workload/docker/a.h"\n', 1)
        self.fails("tests/unit/energy/a_test.cpp", '#include "meter/replay/a.h"\n', 1)

    def test_third_party_elsewhere(self):
        self.fails("src/workload/docker/a.cpp", "#include <curl/curl.h>\n", 1)
        self.fails("src/meter/nvml/a.cpp", "#include <nlohmann/json.hpp>\n", 1)
        self.fails("src/base/a.cpp", "#include <vector>\n\n#include <fmt/format.h>\n", 3)

    def test_third_party_never_granted(self):
        self.fails("src/run/a.cpp", "#include <boost/asio.hpp>\n", 1)
        self.fails("src/run/a.cpp", '#include "a.h"\n', 1)

    def test_words(self):
        self.fails("src/sampler/a.cpp", "auto a = std::chrono::steady_clock::now();\n", 1)
        self.fails("src/exporting/a.cpp", "/* one\ntwo */ std::this_thread::sleep_for(a);\n", 2)
        self.fails("src/carbon/a.cpp", "\nauto a = std::time(nullptr);\n", 2)
        for name in ("src/platform/a.cpp", "src/run/a.cpp", "src/main.cpp"):
            self.fails(name, 'auto a = std::getenv("HOME");\n', 1)
        for word in ('std::cout << 1;', 'printf("a");', 'std::puts("a");', 'fmt::print("a");', 'fputs("a", stdout);',
                     '::write(STDOUT_FILENO, a, 1);'):
            self.fails("src/report/a.cpp", word + "\n", 1)

    def test_options_with_underscores_in_a_text(self):
        self.fails("src/cli/a.cpp", '\nadd("choose another with --results_dir");\n', 2)

    def test_unknown_room(self):
        self.fails("src/util/a.h", "#include <vector>\n", 1)


if __name__ == "__main__":
    unittest.main()
