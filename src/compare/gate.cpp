#include "compare/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/spelling.h"
#include "base/text.h"

namespace gpubench::compare {
namespace {

constexpr double kLargestPercent = 1000;

// "+2%", "2 %", "+50 J": the number, and whether it is a percentage. Empty: it is none of them.
struct Amount {
  double number = 0;
  bool percent = false;
};
std::optional<Amount> parse_amount(std::string_view text, std::string_view unit) {
  text = base::trimmed(text);
  if (text.starts_with("+-")) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  Amount amount;
  const char* const end = text.data() + text.size();  // NOLINT(bugprone-suspicious-stringview-data-usage): bounds it
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): bounds it
  const auto [rest, error] = std::from_chars(text.data(), end, amount.number);
  if (error != std::errc() || !std::isfinite(amount.number)) return std::nullopt;
  const std::string_view after = base::trimmed({rest, static_cast<std::size_t>(end - rest)});
  amount.percent = after == "%";
  return amount.percent || after == unit ? std::optional(amount) : std::nullopt;
}

std::string example_of(const MetricFacts& facts) {
  if (facts.as_difference) return fmt::format(R"("{} +50{}")", facts.name, facts.unit);
  return fmt::format(R"("{} {}2%")", facts.name, facts.better == Better::less ? '+' : '-');
}

base::Result<Metric> metric_of(const std::string& name) {
  if (const auto metric = find_metric(name)) return *metric;
  const std::string meant = base::nearest_word(name, metric_names());
  return base::failure(R"(there is no metric ")" + name + R"(")",
                       meant.empty() ? "use one of " + base::joined(metric_names(), ", ") : "did you mean " + meant + "?");
}

}  // namespace

base::Result<Gate> parse_gate(const std::string& text) {
  const std::string_view all = base::trimmed(text);
  const std::size_t space = std::min(all.find_first_of(" \t"), all.find_first_of("+<>="));
  const auto metric = metric_of(std::string(all.substr(0, space)));
  if (!metric) return base::failure(metric.error());
  const MetricFacts& facts = facts_of(*metric);
  const auto amount = parse_amount(space < all.size() ? all.substr(space) : std::string_view(), facts.unit);
  const std::string example = example_of(facts);
  if (!amount || amount->percent == facts.as_difference ||
      std::abs(amount->number) > kLargestPercent * (amount->percent ? 1 : 1e9))
    return base::failure(R"(the gate ")" + std::string(all) + R"(" is not a metric and what it may change by)",
                         "write it like " + example);
  const double worse = facts.better == Better::less ? amount->number : -amount->number;
  if (worse < 0)
    return base::failure(
        R"(the gate ")" + std::string(all) + R"(" would ask for an improvement; a gate says how much worse is allowed)",
        "write it like " + example);
  const double tolerance = amount->percent ? worse / 100 : worse;
  if (facts.better == Better::more && tolerance >= 1)
    return base::failure("nothing can fall by 100 % or more", "write it like " + example);
  return Gate{*metric, tolerance,
              fmt::format("{} {:+g} {}", facts.name, amount->number, amount->percent ? "%" : std::string(facts.unit))};
}

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "PASS";
    case Verdict::undecided:
      return "UNDECIDED";
    case Verdict::fail:
      return "FAIL";
    case Verdict::not_comparable:
      return "NOT COMPARABLE";
  }
  return "";
}

}  // namespace gpubench::compare
