#include "compare/covariates.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "base/text.h"

namespace gpubench::compare {
namespace {

using SideRuns = std::vector<SideRun>;

constexpr double kDegrees = 2;
constexpr double kClockShare = 0.01;

std::string text_of(const std::set<std::string>& texts) {
  const std::vector<std::string> list(texts.begin(), texts.end());
  return list.empty() ? "not known" : base::one_line(base::joined(list, ", "), 200);
}

// What the runs say, each text once.
template <class Value>
std::set<std::string> texts_of(const SideRuns& runs, Value value) {
  std::set<std::string> texts;
  for (const SideRun& run : runs)
    if (const std::string text = value(run.values); !text.empty()) texts.insert(text);
  return texts;
}

template <class Value>
void add_text(std::vector<Covariate>& covariates, const char* name, const SideRuns& base, const SideRuns& changed,
              Value value) {
  const auto before = texts_of(base, value);
  const auto after = texts_of(changed, value);
  if (before != after) covariates.push_back({name, text_of(before), text_of(after)});
}

std::optional<double> mean_over_boards(const SideRuns& runs, std::optional<double> Board::* value) {
  double sum = 0;
  double count = 0;
  for (const SideRun& run : runs)
    for (const Board& board : run.values.boards)
      if (board.*value) {
        sum += *(board.*value);
        ++count;
      }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

void add_mean(std::vector<Covariate>& covariates, const char* name, const char* unit, double least, const SideRuns& base,
              const SideRuns& changed, std::optional<double> Board::* value) {
  const auto before = mean_over_boards(base, value);
  const auto after = mean_over_boards(changed, value);
  if (before && after && std::abs(*after - *before) >= least)
    covariates.push_back({name, fmt::format("{:.1f} {}", *before, unit), fmt::format("{:.1f} {}", *after, unit)});
}

std::string boards_of(const RunValues& run) {
  std::set<std::string> names;
  for (const Board& board : run.boards) names.insert(board.name);
  return fmt::format("{} x {}", run.boards.size(), text_of(names));
}

std::string limits_of(const RunValues& run) {
  std::set<std::string> limits;
  for (const Board& board : run.boards)
    if (board.power_limit_watts) limits.insert(fmt::format("{:g} W", *board.power_limit_watts));
  return limits.empty() ? "" : text_of(limits);
}

}  // namespace

std::vector<Covariate> covariates_of(const SideRuns& base, const SideRuns& changed) {
  std::vector<Covariate> all;
  add_text(all, "benchmark", base, changed, [](const RunValues& run) { return run.benchmark; });
  add_text(all, "command", base, changed, [](const RunValues& run) { return run.command; });
  const auto kind = [](const RunValues& run) { return run.kind; };
  add_text(all, "workload", base, changed, kind);
  if (texts_of(base, kind) == texts_of(changed, kind))  // a command has no image
    add_text(all, "image", base, changed, [](const RunValues& run) { return run.image; });
  add_text(all, "GPUs", base, changed, boards_of);
  add_text(all, "host", base, changed, [](const RunValues& run) { return run.host; });
  add_text(all, "driver", base, changed, [](const RunValues& run) { return run.driver; });
  add_text(all, "power limit", base, changed, limits_of);
  add_text(all, "version of this tool", base, changed, [](const RunValues& run) { return run.tool_version; });
  add_mean(all, "temperature at the start", "°C", kDegrees, base, changed, &Board::start_celsius);
  add_mean(all, "mean temperature", "°C", kDegrees, base, changed, &Board::mean_celsius);
  const double clock = mean_over_boards(base, &Board::sm_clock_mhz).value_or(0);
  add_mean(all, "SM clock", "MHz", clock * kClockShare, base, changed, &Board::sm_clock_mhz);
  return all;
}

}  // namespace gpubench::compare
