#include "compare/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/text.h"

namespace gpubench::compare {
namespace {

constexpr double kLargestInFull = 1e12;
constexpr double kLeastInFull = 1e-4;
constexpr int kSignificant = 5;

bool is_plain(double value) {
  return std::abs(value) < kLargestInFull && std::abs(value) >= kLeastInFull;
}

std::string significant(double value) {
  const double size = std::abs(value);
  if (size > 0 && !is_plain(value)) return fmt::format("{:.4g}", value);
  const int before = size > 0 ? static_cast<int>(std::floor(std::log10(size))) + 1 : 1;
  const int decimals = std::max(0, kSignificant - std::max(before, 1));
  return report::grouped(fmt::format("{:.{}f}", value, decimals));
}

// With its sign, and the digits that the half-width of its interval leaves.
std::string difference_text(double value, double half_width) {
  if (value != 0 && !is_plain(value)) return fmt::format("{:+.4g}", value);
  return (value < 0 ? "-" : "+") + report::rounded(std::abs(value), half_width);
}

std::string runs_text(std::size_t base, std::size_t changed) {
  if (base == changed) return fmt::format("{} {} a side", base, base == 1 ? "run" : "runs");
  return fmt::format("{} against {} runs", base, changed);
}

}  // namespace

std::string figure_text(double value) {
  return significant(value);
}

std::string figure_text(double value, const std::string& unit) {
  return figure_text(value) + " " + unit;
}

std::string mean_text(const MeanOfSide& side) {
  const double mean = side.mean.sample.mean;
  const double half_width = side.mean.half_width();
  return is_plain(mean) && half_width > 0 ? report::rounded(mean, half_width) : figure_text(mean);
}

std::string mean_text(const MeanOfSide& side, const std::string& unit) {
  return mean_text(side) + " " + unit;
}

std::string percent_text(double share) {
  constexpr double kNothing = 0.005;  // shows no digit: it has no sign
  const double percent = std::abs(share * 100) < kNothing ? 0 : share * 100;
  return std::abs(percent) < kLargestInFull ? fmt::format("{:+.2f} %", percent) : fmt::format("{:+.3g} %", percent);
}

std::string change_text(const Row& row) {
  const double value = shown(row, row.change->change.value);
  if (!row.as_difference()) return percent_text(value);
  const statistics::Interval bounds = statistics::interval(value, row.change->change.budget);
  return difference_text(value, (bounds.high - bounds.low) / 2) + " " + row.unit;
}

std::string interval_text(const Row& row, const statistics::Interval& bounds) {
  if (row.as_difference()) {
    const double half_width = (bounds.high - bounds.low) / 2;
    return difference_text(bounds.low, half_width) + " to " + difference_text(bounds.high, half_width) + " " + row.unit;
  }
  const std::string low = percent_text(bounds.low);
  return low.substr(0, low.size() - 2) + " to " + percent_text(bounds.high);
}

std::string interval_text(const Row& row) {
  return interval_text(row, shown(row, statistics::interval(row.change->change.value, row.change->change.budget)));
}

std::string would_show_text(const Row& row) {
  if (!row.change || row.change->method == Method::meter_only) return {};
  if (row.as_difference()) return figure_text(row.would_show, row.unit);
  return fmt::format("{:.2f} %", shown(row, row.would_show) * 100);
}

std::string method_text(const Comparison& comparison, const Row& row) {
  std::string runs = runs_text(comparison.base.counted, comparison.changed.counted);
  switch (row.change->method) {
    case Method::pairs:
      return fmt::format("{} pairs", row.change->count);
    case Method::sittings:
      return runs + ", the mean of each sitting is a value";
    case Method::runs:
      return runs;
    case Method::one_against_several:
      return runs + ", whether the one is like the others";
    case Method::history:
      return runs + ", scatter from history";
    case Method::meter_only:
      return runs + ", meter only";
  }
  return runs;
}

std::string budget_text(const Row& row) {
  std::string text;
  for (const statistics::Term& term : row.change->change.budget.terms()) {
    const std::string size =
        row.as_difference() ? figure_text(term.standard, row.unit) : fmt::format("{:.3f} %", term.standard * 100);
    base::add_item(text, term.name + " " + size, ", ");
  }
  return text;
}

std::string gate_text(const Comparison& comparison, const GateResult& gate) {
  const std::string text = fmt::format("{}: {}", gate.gate.text, verdict_word(gate.verdict));
  std::string more;
  const Row* row = comparison.find(gate.gate.metric);
  if (row != nullptr && row->change && gate.verdict != Verdict::not_comparable)
    more = "one-sided 95 % bounds " + interval_text(*row, gate.bounds);
  if (gate.same && gate.same->same && gate.gate.tolerance > 0)
    base::add_item(more, "the same within ± " + gate.gate.text.substr(gate.gate.text.find_first_of("+-") + 1));
  if (!gate.reason.empty()) base::add_item(more, base::one_line(gate.reason, 400));
  if (gate.more_pairs && row != nullptr && row->change)
    base::add_item(more, fmt::format("{} more pairs are likely to decide", *gate.more_pairs - row->change->count));
  return more.empty() ? text : text + " (" + more + ")";
}

std::string carbon_text(const Comparison& comparison) {
  const Row* energy = comparison.find(Metric::energy);
  if (!comparison.carbon || energy == nullptr || !energy->change) return {};
  const double energy_ratio = std::exp(energy->change->change.value);
  const double grid_ratio = comparison.carbon->new_grams_per_kwh / comparison.carbon->base_grams_per_kwh;
  return fmt::format("as emitted: energy x {:.3f}, grid x {:.3f} ({:.0f} and {:.0f} g/kWh), grams x {:.3f}", energy_ratio,
                     grid_ratio, comparison.carbon->base_grams_per_kwh, comparison.carbon->new_grams_per_kwh,
                     energy_ratio * grid_ratio);
}

std::string benchmark_text(const Report& report, const Comparison& comparison) {
  const auto key_of = [](const Comparison& one) {
    return one.base.runs.empty() ? one.benchmark : one.base.runs.front().values.key();
  };
  const std::string key = key_of(comparison);
  const bool is_shared = std::any_of(report.comparisons.begin(), report.comparisons.end(), [&](const Comparison& other) {
    return other.benchmark == comparison.benchmark && key_of(other) != key;
  });
  return is_shared ? key : comparison.benchmark;
}

std::pair<std::string, std::string> column_names(const Comparison& comparison) {
  const std::string& base = comparison.base.name;
  const std::string& changed = comparison.changed.name;
  const std::size_t base_colon = base.find(':');
  const bool same_set = base_colon != std::string::npos && changed.starts_with(base.substr(0, base_colon + 1));
  if (!same_set) return {base, changed};
  return {base.substr(base_colon + 1), changed.substr(base_colon + 1)};
}

std::string side_text(const std::string& name, std::size_t most) {
  return base::one_line(name, most);
}

}  // namespace gpubench::compare
