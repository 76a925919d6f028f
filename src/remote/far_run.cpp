#include "remote/far_run.h"

#include <charconv>
#include <chrono>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "platform/child_process.h"
#include "remote/scripts.h"

namespace gpubench::remote {
namespace {

namespace fs = std::filesystem;

constexpr base::Duration kSilence = std::chrono::seconds(30);  // ssh sees a dead connection after 15 s
constexpr base::Duration kUnpackFor = std::chrono::hours(1);

// $1: name, $2: part, $3: wrapper, $4: starter, $5: program; the rest: its words.
constexpr const char* kStart = R"sh(
for tool in setsid tar sha256sum; do
  command -v $tool >/dev/null || { echo "there is no $tool" >&2; return 1; }
done
mkdir -p "$base/runs" && mkdir -m 700 "$base/runs/$1" || return 1
printf "%s\n" "$2" >"$base/runs/$1/part"
uname -n >"$base/runs/$1/host"
printf "%s\n" "$base/runs/$1"
)sh";
// setsid forks here, as sshd has made this shell the leader of its group. Not by "&": that would let it ignore Ctrl-C.
constexpr const char* kDetach = R"sh(
run=$base/runs/$1
wrapper=$3
shift 3
cd && exec setsid sh -c "$wrapper" "$run" "$@" </dev/null >/dev/null 2>&1
)sh";
constexpr const char* kWrapper = R"sh(
run=$0 starter=$1
shift
sh -c "$starter" "$run" "$@" >"$run/output" 2>"$run/errors"
echo $? >"$run/code.new"
mv "$run/code.new" "$run/code"
)sh";
constexpr const char* kStarter = R"sh(
program=$1
shift
echo $$ >"$0/pid"
exec "$program" --results-dir "$0/results" "$@"
)sh";

constexpr const char* kFind = R"sh(
find_run "$1"
code=$?
[ $code != 44 ] || ls "$base/runs" 2>/dev/null
[ $code = 0 ] || return $code
printf "%s\n" "$run"
cat "$run/part"
)sh";

// $2, $3: how much has come. A look a second, so that the benchmark's machine is left alone. A run that another program has
// fetched is no longer there; its exit code is.
constexpr const char* kFollow = R"sh(
say_fetched() {
  code=$(cat "$base/ended/$1" 2>/dev/null) || return 44
  echo "X $code"
}
find_run "$1"
code=$?
[ $code != 44 ] || { say_fetched "$1"; return; }
[ $code = 0 ] || return $code
output=$2 errors=$3 rounds_gone=0
piece() {
  size=0
  [ -e "$run/$1" ] && size=$(($(wc -c <"$run/$1")))
  more=$((size - $3))
  [ $more -gt 0 ] || return 1
  [ $more -le 1048576 ] || more=1048576
  printf "%s %s\n" "$2" $more
  tail -c +$(($3 + 1)) "$run/$1" | head -c $more
}
while :; do
  [ -d "$run" ] || { say_fetched "${run##*/}"; return; }
  ended=
  [ -e "$run/code" ] && ended=$(cat "$run/code")
  if [ -z "$ended" ] && ! is_alive; then
    rounds_gone=$((rounds_gone + 1)) most=60  # a busy machine starts it late
    [ -s "$run/pid" ] && most=5
    [ $rounds_gone -lt $most ] || ended=gone
  fi
  news=
  piece output O $output && output=$((output + more)) news=1
  piece errors E $errors && errors=$((errors + more)) news=1
  [ -z "$news" ] || continue
  if [ -n "$ended" ]; then echo "X $ended"; return 0; fi
  echo . || return 1
  sleep 1
done
)sh";

constexpr const char* kSignal = R"sh(
find_run "$1" || return
[ -e "$run/code" ] || ! is_alive || kill -s "$2" "$(cat "$run/pid")"
)sh";

// The same files give the same bytes, so what has come need not come again.
constexpr const char* kFetch = R"sh(
find_run "$1" || return
mkdir -p "$run/results" && cd "$run/results" && tar -cf - . | tail -c +"$2"
)sh";
constexpr const char* kSums = R"sh(
find_run "$1" || return
mkdir -p "$run/results" && cd "$run/results" && find . -type f -exec sha256sum {} +
)sh";
// Leaves the exit code for a week.
constexpr const char* kForget = R"sh(
find_run "$1"
case $? in
  0) ;;
  44) return 0 ;;  # the answer to an earlier try was lost
  *) return 45 ;;
esac
if [ -e "$run/code" ]; then
  mkdir -p "$base/ended" && cp "$run/code" "$base/ended/${run##*/}"
  find "$base/ended" -type f -mtime +7 -exec rm -f {} +
fi
rm -rf "$run"
)sh";

tl::unexpected<Trouble> failed(const Host& host, const std::string& what, const Answer& answer) {
  const std::string why = base::one_line(base::trimmed(answer.error));
  return trouble({what + " on " + host.name() + (why.empty() ? "" : ": " + why), "look there: ssh " + host.name()},
                 Why::refused);
}

std::string line_of(std::string_view text, int number) {
  for (; number > 0; --number) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return std::string(text.substr(0, text.find('\n')));
}

std::optional<int> part_number(const std::string& text) {
  int number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && rest != text.data() ? std::optional(number) : std::nullopt;
}

bool is_run_name(const std::string& name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

}  // namespace

Reply<Answer> FarRun::call(Call call, int interrupt_fd) const {
  call.script.insert(0, kCommonScript);
  call.arguments.insert(call.arguments.begin(), name_);
  auto answer = host_.call(call, interrupt_fd);
  if (!answer) return answer;
  if (answer->code == kNoSuchRun)
    return trouble(failed(host_, "the run " + name_ + " is no longer", *answer).value().error, Why::gone);
  // A name that stands for several machines: the next try may reach the right one.
  if (answer->code == kRunOfAnotherMachine)
    return trouble({"another machine answers as " + host_.name() + ": " + base::one_line(base::trimmed(answer->error)), ""},
                   Why::unreachable);
  return answer;
}

Reply<FarRun> FarRun::start(const Host& host, const FarOrder& order, int interrupt_fd) {
  FarRun run(host);
  run.name_ = order.name;
  run.part_ = order.part;
  Call call{kStart, {order.part ? std::to_string(*order.part) : "", kWrapper, kStarter, order.program}};
  call.arguments.insert(call.arguments.end(), order.words.begin(), order.words.end());
  call.then = kDetach;
  const auto answer = run.call(std::move(call), interrupt_fd);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->code != 0) return failed(host, "the run cannot be started", *answer);
  run.folder_ = line_of(answer->output, 0);
  return run;
}

base::Result<FarRun> FarRun::find(const Host& host, const std::string& name, int interrupt_fd) {
  if (!is_run_name(name))
    return base::failure("\"" + base::excerpt(name) + "\" is no name of a run",
                         "it is of small letters, digits and hyphens");
  FarRun run(host);
  const auto answer = host.call({std::string(kCommonScript) + kFind, {name}}, interrupt_fd);
  if (!answer) return base::failure(answer.error().error);
  if (answer->code == kRunOfAnotherMachine)
    return base::failure(
        "the run " + name + " is not on " + host.name() + ": " + base::one_line(base::trimmed(answer->error)),
        "name that machine: iris-gpubench attach HOST " + name + "; if it has a new name: rm ~/.cache/iris-gpubench/runs/" +
            name + "/host");
  if (answer->code != 0) {
    const std::string others = base::one_line(base::trimmed(answer->output));
    return base::failure(
        "there is no run " + name + " on " + host.name(),
        others.empty() ? "none is there: one whose results have been fetched is removed" : "there are: " + others);
  }
  run.folder_ = line_of(answer->output, 0);
  run.name_ = fs::path(run.folder_).filename().string();
  run.part_ = part_number(line_of(answer->output, 1));
  return run;
}

Reply<FarEnd> FarRun::follow(Progress& progress, const Listener& listener, int interrupt_fd) const {
  FollowReader reader(progress, listener);
  Call follow{kFollow, {std::to_string(progress.output), std::to_string(progress.errors)}};
  follow.on_output = [&reader](std::string_view bytes) { reader.take(bytes); };
  follow.patience = kSilence;
  const auto answer = call(std::move(follow), interrupt_fd);
  if (!answer) return tl::unexpected(answer.error());
  if (!reader.end()) return failed(host_, "the run's output cannot be read", *answer);
  return *reader.end();
}

Reply<void> FarRun::signal(const std::string& name, int interrupt_fd) const {
  const auto answer = call({kSignal, {name}}, interrupt_fd);
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

Reply<void> FarRun::fetch(const fs::path& archive, int interrupt_fd) const {
  std::error_code error;
  const std::uintmax_t begun = fs::file_size(archive, error);
  std::ofstream file(archive, std::ios::binary | std::ios::app);
  Call fetch{kFetch, {std::to_string((error ? 0 : begun) + 1)}};
  fetch.on_output = [&file](std::string_view bytes) {
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.flush();
  };
  fetch.patience = kSilence;
  const auto answer = call(std::move(fetch), interrupt_fd);
  file.close();
  if (!file) return trouble({"cannot write " + archive.string(), "is the disk full?"}, Why::refused);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->code != 0) return failed(host_, "the results cannot be read", *answer);
  return {};
}

Reply<std::string> FarRun::sums(int interrupt_fd) const {
  Call sums{kSums};
  sums.patience = std::chrono::hours(1);  // of large results
  auto answer = call(std::move(sums), interrupt_fd);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->code != 0) return failed(host_, "the results cannot be read", *answer);
  return std::move(answer->output);
}

Reply<void> FarRun::forget(int interrupt_fd) const {
  const auto answer = call({kForget}, interrupt_fd);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->code != 0) return failed(host_, "the run cannot be removed", *answer);
  return {};
}

base::Result<void> unpack_verified(const fs::path& archive, const fs::path& folder, const std::string& sums) {
  std::error_code error;
  fs::remove_all(folder, error);
  fs::create_directories(folder, error);
  const auto run = [&](std::vector<std::string> argv, const std::string& input) -> base::Result<void> {
    const auto outcome = platform::run_child({std::move(argv), input, kUnpackFor});
    if (!outcome) return base::failure(outcome.error().error);
    if (outcome->exit_code != 0)
      return base::failure(
          "the fetched results are not whole: " + base::one_line(base::trimmed(outcome->error + outcome->output)),
          "they are fetched again by iris-gpubench attach");
    return {};
  };
  auto unpacked = run({"tar", "-xf", archive.string(), "-C", folder.string(), "--no-same-owner"}, "");
  if (!unpacked || sums.empty()) return unpacked;
  return run({"sh", "-c", "cd \"$0\" && exec sha256sum --check --quiet --strict", folder.string()}, sums);
}

}  // namespace gpubench::remote
