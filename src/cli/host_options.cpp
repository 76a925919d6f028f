#include <algorithm>
#include <array>
#include <string_view>

#include "cli/names.h"
#include "cli/run_options.h"

namespace gpubench::cli {
namespace {

// An option that is not handed on.
struct Kept {
  std::string_view name;
  bool is_flag;
  const char* remedy;  // why it cannot be typed; null: it counts here
};

constexpr const char* kNoSet = "make the set on that machine (ssh HOST iris-gpubench ...), or repeat this line and compare";
constexpr const char* kNoGroup = "give --host once for each machine: their runs are parts of one record";
constexpr const char* kExportLater = "leave it out; iris-gpubench export RUN sends the fetched run from here";
constexpr std::array kKept{
    Kept{"--host", false, nullptr},
    Kept{"--remote_program", false, nullptr},
    Kept{"--results_dir", false, nullptr},
    Kept{"--quiet", true, nullptr},
    Kept{"--verbose", true, nullptr},
    Kept{"--live_style", false, nullptr},
    Kept{"--no_live_monitor", true, nullptr},
    Kept{"--live_plot", true, "leave it out; the plot is made at the end"},
    Kept{"--ready_fd", false, "leave it out"},
    Kept{"--record_trace", false, "record the trace on that machine: ssh HOST iris-gpubench --record-trace FILE ..."},
    Kept{"--benchmark_file", false, "give --benchmark-image once for each container"},
    Kept{"--serve", false, "start it on that machine: ssh HOST iris-gpubench --serve PORT ..."},
    Kept{"--export_to_victoria", true, kExportLater},
    Kept{"--runs", false, kNoSet},
    Kept{"--warmup", false, kNoSet},
    Kept{"--pause", false, kNoSet},
    Kept{"--until", false, kNoSet},
    Kept{"--max_runs", false, kNoSet},
    Kept{"--start_at", false, kNoSet},
    Kept{"--against", false, kNoSet},
    Kept{"--against_image", false, kNoSet},
    Kept{"--parameter", false, kNoSet},
    Kept{"--seed", false, kNoSet},
    Kept{"--keep_going", true, kNoSet},
    Kept{"--resume", false, kNoSet},
    Kept{"--group", false, kNoGroup},
    Kept{"--rank", false, kNoGroup},
    Kept{"--ranks", false, kNoGroup},
    Kept{"--alone", true, kNoGroup},
    Kept{"--merge_wait", false, kNoGroup},
};

}  // namespace

std::vector<Option> host_options(HostLine& line) {
  return {
      {"--host", "HOST",
       "Run there, by your own ssh (HOST, USER@HOST, a Host of ~/.ssh/config), and fetch the results.\n"
       "Repeat it: on each, side by side, as one record",
       texts(line.hosts)},
      {"--remote_program", "PATH", "The iris-gpubench on that machine; default: this one, which is copied there once",
       text(line.remote_program)},
  };
}

base::Result<void> check_hosts(const HostLine& line) {
  if (line.hosts.empty() && !line.remote_program.empty())
    return base::failure("--remote-program is for --host", "add --host HOST");
  for (const std::string& host : line.hosts)
    if (std::count(line.hosts.begin(), line.hosts.end(), host) > 1)
      return base::failure("--host " + host + " was given more than once", "give each host once");
  return {};
}

base::Result<std::vector<std::string>> words_for_hosts(const Parsed& line) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < line.own.size(); ++i) {
    const auto* const kept =
        std::find_if(kKept.begin(), kKept.end(), [&](const Kept& option) { return option.name == line.own[i]; });
    if (kept == kKept.end()) {
      words.push_back(line.own[i]);
      continue;
    }
    if (kept->remedy != nullptr && line.types(kept->name))
      return base::failure(hyphenated(std::string(kept->name)) + " and --host cannot be used together", kept->remedy);
    if (!kept->is_flag) ++i;
  }
  return words;
}

base::Result<void> check_attached_to_host(const Parsed& line) {
  constexpr std::array<std::string_view, 3> kCount{"--results_dir", "--quiet", "--verbose"};
  for (std::size_t i = line.preset; i < line.own.size(); ++i) {
    const std::string& word = line.own[i];
    if (word.starts_with("--") && std::find(kCount.begin(), kCount.end(), word) == kCount.end())
      return base::failure(hyphenated(word) + " is not for a run on another machine, which goes on as it was started",
                           "leave it out; --results-dir, --quiet and --verbose count");
  }
  return {};
}

}  // namespace gpubench::cli
