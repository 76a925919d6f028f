#include "remote/program.h"

#include <chrono>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "base/version.h"
#include "platform/child_process.h"
#include "remote/scripts.h"

namespace gpubench::remote {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestArchive = std::size_t{1} << 30U;
constexpr const char* kOtherWays =
    "start the archive's program here, which runs on any Linux (docs/install.md), or name the program there with "
    "--remote-program PATH";

constexpr const char* kIsThere = R"sh(
[ -x "$base/programs/$1/bin/iris-gpubench" ] || return 1
printf "%s\n" "$base/programs/$1/bin/iris-gpubench"
)sh";

// $1: the name, $2: the sum. Whole or not at all: it gets its name last.
constexpr const char* kUnpack = R"sh(
umask 077
mkdir -p "$base/programs" || return 1
new=$(mktemp -d "$base/programs/.new.XXXXXX") || return 1
cat >"$new/archive"
sum=$(sha256sum <"$new/archive") && [ "${sum%% *}" = "$2" ] && mkdir "$new/program" && tar -xf "$new/archive" -C "$new/program"
code=$?
if [ $code = 0 ] && [ ! -e "$base/programs/$1" ]; then
  mv "$new/program" "$base/programs/$1"
  code=$?
fi
rm -rf "$new"
return $code
)sh";

constexpr const char* kVersion = R"sh(
program=$1
case $program in "~/"*) program=$HOME/${program#"~/"} ;; esac
program=$(command -v "$program") || { echo "there is no program $1" >&2; return 127; }
printf "%s\n" "$program"
"$program" --version
)sh";

base::Result<std::string> output_of(platform::ChildRequest request) {
  request.timeout = std::chrono::minutes(2);
  request.max_output_bytes = kLargestArchive;
  auto outcome = platform::run_child(request);
  if (!outcome) return base::failure(outcome.error().error.with_context("cannot pack this program"));
  if (outcome->exit_code != 0)
    return base::failure("cannot pack this program: " + request.argv.front() + ": " + base::one_line(outcome->error),
                         kOtherWays);
  return std::move(outcome->output);
}

// The archive that the program is a part of; empty: it is none.
fs::path archive_around(const fs::path& file) {
  const fs::path home = file.parent_path().parent_path();  // lib/iris-gpubench of an archive
  std::error_code error;
  const bool is_part = file.parent_path().filename() == "loader" && fs::is_directory(home / "programs", error);
  return is_part ? home.parent_path().parent_path() : fs::path();
}

// tar's words; the same files give the same bytes.
std::vector<std::string> tar_words(const fs::path& file) {
  std::vector<std::string> words{"tar",       "-c",        "--sort=name",     "--mtime=@0",
                                 "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rwX,go-w"};
  if (const fs::path archive = archive_around(file); !archive.empty()) {
    for (const char* word : {"-C", "lib/iris-gpubench", "bin/iris-gpubench"}) words.emplace_back(word);
    words.insert(words.end() - 2, archive.string());
  } else {
    words.insert(words.end(),
                 {"-C", file.parent_path().string(), "--transform=s|.*|bin/iris-gpubench|", "--", file.filename().string()});
  }
  return words;
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

base::Result<Answer> answered(Reply<Answer> answer) {
  if (!answer) return base::failure(std::move(answer.error().error));
  return *std::move(answer);
}

}  // namespace

fs::path own_program() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

fs::path own_command() {
  const fs::path program = own_program();
  const fs::path archive = archive_around(program);
  return archive.empty() ? program : archive / "bin/iris-gpubench";
}

base::Result<Luggage> pack_program(const fs::path& file) {
  Luggage luggage;
  GPUBENCH_ASSIGN_OR_RETURN(luggage.archive, output_of({tar_words(file), ""}));
  std::string sum;
  GPUBENCH_ASSIGN_OR_RETURN(sum, output_of({{"sha256sum"}, luggage.archive}));
  luggage.name = std::string(base::kVersion) + "-" + sum.substr(0, sum.find(' '));
  return luggage;
}

base::Result<std::string> check_program(const Host& host, const std::string& path, int interrupt_fd) {
  Answer answer;
  GPUBENCH_ASSIGN_OR_RETURN(answer, answered(host.call({kVersion, {path}}, interrupt_fd)));
  std::string program = first_line(answer.output);
  const std::string_view said = base::trimmed(std::string_view(answer.output).substr(program.size()));
  if (answer.code != 0)
    return base::failure(path + " does not run on " + host.name() + ": " + base::one_line(base::trimmed(answer.error)),
                         kOtherWays);
  if (!said.ends_with(" " + std::string(base::kVersion)))
    return base::failure(path + " on " + host.name() + " is another version: " + base::one_line(said),
                         "leave out --remote-program, or install version " + std::string(base::kVersion) + " there");
  return program;
}

base::Result<std::string> bring_program(const Host& host, const Luggage& luggage, int interrupt_fd,
                                        const std::function<void(const std::string&)>& say) {
  const std::string common = kCommonScript;
  Answer there;
  GPUBENCH_ASSIGN_OR_RETURN(there, answered(host.call({common + kIsThere, {luggage.name}}, interrupt_fd)));
  if (there.code != 0) {
    say("copying the program there, " + std::to_string((luggage.archive.size() >> 20U) + 1) + " MiB");
    Call unpack{common + kUnpack, {luggage.name, luggage.name.substr(luggage.name.rfind('-') + 1)}, luggage.archive};
    unpack.patience = std::chrono::hours(1);  // the connection's own end is seen by ssh
    Answer unpacked;
    GPUBENCH_ASSIGN_OR_RETURN(unpacked, answered(host.call(unpack, interrupt_fd)));
    if (unpacked.code != 0)
      return base::failure(
          "the program cannot be unpacked on " + host.name() + ": " + base::one_line(base::trimmed(unpacked.error)),
          "is the disk of its home folder full? --remote-program PATH names one that is there already");
    GPUBENCH_ASSIGN_OR_RETURN(there, answered(host.call({common + kIsThere, {luggage.name}}, interrupt_fd)));
  }
  return check_program(host, first_line(there.output), interrupt_fd);
}

}  // namespace gpubench::remote
