#include "sets/until.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "sets/order.h"
#include "statistics/change.h"
#include "statistics/decision.h"

namespace gpubench::sets {
namespace {

constexpr double kMostPercent = 50;

base::Error not_a_rule(const std::string& text) {
  return {"\"" + text + R"(" is neither "decided" nor a precision)", R"(write it as in --until "energy 1%")"};
}

std::optional<double> precision_of(const MetricValues& known) {
  return statistics::precision_reached(known.values, known.floors);
}

// The half-width of the ratio: that of the mean difference of the logarithms.
std::optional<double> precision_of_pairs(const RunSet& set, const FiguresOfRuns& figures, Metric metric) {
  const MetricValues base = logarithms_of(values_of(set, figures, set.variants[0].name, metric));
  const MetricValues other = logarithms_of(values_of(set, figures, set.variants[1].name, metric));
  const std::size_t pairs = base.values.size();
  if (pairs < statistics::kFewestUntilPrecise || other.values.size() != pairs) return std::nullopt;
  const statistics::Change change = statistics::paired_change(base.side(), other.side());
  return change.budget.factor(0.975) * change.budget.standard();
}

bool is_precise(const Until& until, const RunSet& set, const FiguresOfRuns& figures) {
  if (set.variants.size() == 2) {
    const auto reached = precision_of_pairs(set, figures, until.metric);
    return reached && *reached <= until.share;
  }
  return std::all_of(set.variants.begin(), set.variants.end(), [&](const Variant& variant) {
    const auto reached = precision_of(values_of(set, figures, variant.name, until.metric));
    return reached && *reached <= until.share;
  });
}

bool is_decided(const RunSet& set, const FiguresOfRuns& figures) {
  const MetricValues base = logarithms_of(values_of(set, figures, set.variants.front().name, Metric::energy));
  const MetricValues other = logarithms_of(values_of(set, figures, set.variants.back().name, Metric::energy));
  if (base.values.empty() || other.values.empty()) return false;
  return statistics::is_decided(base.side(), other.side(), blocks_made(set) >= set.options.max_runs);
}

}  // namespace

base::Result<Until> parse_until(const std::string& text) {
  Until until;
  if (text.empty()) return until;
  if (text == "decided") {
    until.rule = Until::Rule::decided;
    return until;
  }
  const std::size_t space = std::min(text.find(' '), text.size());
  const std::string metric = text.substr(0, space);
  const std::string_view rest = base::trimmed(std::string_view(text).substr(space));
  double percent = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), percent);
  const std::string_view unit = base::trimmed(rest.substr(static_cast<std::size_t>(end - rest.data())));
  const bool is_precision = error == std::errc() && unit == "%" && percent > 0 && percent <= kMostPercent;
  if (!is_precision || (metric != "energy" && metric != "time")) return base::failure(not_a_rule(text));
  until.rule = Until::Rule::precision;
  until.metric = metric == "time" ? Metric::time : Metric::energy;
  until.share = percent / 100;
  return until;
}

bool is_reached(const Until& until, const RunSet& set, const FiguresOfRuns& figures) {
  if (until.rule == Until::Rule::precision) return is_precise(until, set, figures);
  return until.rule == Until::Rule::decided && is_decided(set, figures);
}

SetFinding not_reached(const Until& until, const RunSet& set) {
  const std::string runs = std::to_string(set.options.max_runs);
  if (until.rule == Until::Rule::decided)
    return {"not_decided", "After " + runs + " pairs (--max-runs) it is still unclear which of the two uses less energy."};
  return {"precision_not_reached",
          "After " + runs + " runs (--max-runs) the precision of --until \"" + set.options.until + "\" is not reached."};
}

}  // namespace gpubench::sets
