#include "beside/watch.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace gpubench::beside {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostCounters = 64;

// "energy", "cpu_energy", "accel0_energy"
std::vector<fs::path> counters_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && found.size() < kMostCounters;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == "energy" || name.ends_with("_energy")) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// "1234 J", in newer versions with a time after it.
std::optional<base::Energy> read_joules(const fs::path& file) {
  constexpr std::size_t kMost = 100;
  std::array<char, kMost> bytes{};
  std::ifstream in(file);
  in.read(bytes.data(), bytes.size());
  const std::string_view text(bytes.data(), static_cast<std::size_t>(in.gcount()));
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  const std::string_view unit = base::trimmed(text.substr(static_cast<std::size_t>(stop - text.data())));
  if (unit != "J" && !unit.starts_with("J ")) return std::nullopt;
  return base::Energy::from_joules(number);
}

}  // namespace

Watch::Watch(const std::optional<SlurmStep>& step, std::string node, fs::path counters)
    : node_(std::move(node)), counters_(std::move(counters)) {
  if (step) beside_.slurm = SlurmEnergy{*step};
}

void Watch::start(base::WallTime now) {
  for (const fs::path& file : counters_in(counters_)) {
    beside_.node_counters.push_back({node_, file.filename().string(), file.string(), now});
    beside_.node_counters.back().why = "it was not read at the end";
    at_start_.push_back(read_joules(file));
  }
}

void Watch::end(base::WallTime now) {
  for (std::size_t i = 0; i < at_start_.size(); ++i) {
    NodeCounter& counter = beside_.node_counters[i];
    const auto at_end = read_joules(counter.file);
    counter.end = now;
    counter.why.clear();
    if (!at_start_[i] || !at_end)
      counter.why = "it cannot be read";
    else if (*at_end < *at_start_[i])
      counter.why = "it was set back during the run";
    else
      counter.energy = *at_end - *at_start_[i];
  }
}

}  // namespace gpubench::beside
