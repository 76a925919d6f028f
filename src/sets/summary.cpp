#include "sets/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "base/text_table.h"
#include "report/figure_text.h"
#include "report/text.h"
#include "sets/sweep.h"
#include "sets/until.h"
#include "sets/values.h"
#include "sets/variant_figures.h"

namespace gpubench::sets {
namespace {

using report::short_number;

constexpr const char* kUnknown = "-";
constexpr std::size_t kLongestName = 40;

const RunFigures* figures_of(const Member& member, const FiguresOfRuns& figures) {
  const auto found = figures.find(member.run);
  return found == figures.end() ? nullptr : &found->second;
}

std::string line(const std::string& name, const std::string& text) {
  return fmt::format("{:<12}{}\n", name, text);
}

// "0.26 %"; one that would become 0.00 keeps its digits.
std::string percent_text(double share) {
  const double percent = share * 100;
  return (percent >= 0.01 ? fmt::format("{:.2f}", percent) : report::plain_number(percent, 2)) + " %";
}

std::string signed_percent_text(double share) {
  return fmt::format("{:+.2f} %", share * 100);
}

// "21112.0 J ± 0.26 % on this board (95 %, 5 runs), ± 5.8 % absolute; CV 0.21 %, 21056.0 to 21168.0"
std::string mean_text(const std::optional<statistics::Mean>& known, const std::string& unit, int decimals,
                      const statistics::BoardShares* boards) {
  if (!known) return "not available: no run counts";
  const statistics::Mean& mean = *known;
  const std::size_t runs = mean.sample.count;
  std::string text = short_number(mean.sample.mean, decimals) + " " + unit;
  if (runs == 1) return text + " (1 run: the scatter is not known)";
  const double size = std::abs(mean.sample.mean);
  text += " \u00b1 " + percent_text(mean.half_width() / size);
  if (boards != nullptr) text += boards->size() > 1 ? " on these boards" : " on this board";
  text += fmt::format(" (95 %, {} runs)", runs);
  if (boards != nullptr)
    text += ", \u00b1 " + percent_text(statistics::absolute_half_width(mean, *boards) / size) + " absolute";
  return text + fmt::format("; CV {}, {} to {}", percent_text(mean.sample.variation()),
                            short_number(mean.sample.least, decimals), short_number(mean.sample.most, decimals));
}

std::string energy_text(const RunSet& set, const FiguresOfRuns& figures, const std::string& variant) {
  const statistics::BoardShares boards = boards_of(set, figures, variant);
  return mean_text(mean_of_variant(set, figures, variant, Metric::energy), "J", 1, &boards);
}

// "+2.06 % (95 %: +1.97 % to +2.14 %), 5 pairs"
std::string change_text(const RunSet& set, const FiguresOfRuns& figures, const Variant& other, Metric metric) {
  const auto change = change_from_first(set, figures, other, metric);
  if (!change) return "not known: fewer than two blocks count";
  const bool told_apart = change->low > 0 || change->high < 0;
  return fmt::format("{} (95 %: {} to {}), {} {}{}", signed_percent_text(change->value), signed_percent_text(change->low),
                     signed_percent_text(change->high), change->blocks, set.variants.size() == 2 ? "pairs" : "blocks",
                     told_apart ? "" : "; no difference found");
}

std::string point_text(const statistics::Mean& mean, const char* unit, int decimals) {
  std::string text = short_number(mean.sample.mean, decimals) + " " + unit;
  if (mean.sample.count > 1) text += " \u00b1 " + percent_text(mean.half_width() / std::abs(mean.sample.mean));
  return text;
}

std::string place_text(const Sweep& sweep, std::size_t i) {
  if (sweep.least == i) return "least";
  const SweepPoint& point = sweep.points[i];
  if (!point.more_energy) return "fewer than two blocks";
  const std::string interval =
      signed_percent_text(point.more_energy->low) + " to " + signed_percent_text(point.more_energy->high);
  return point.maybe_least ? "maybe least: " + interval : interval;
}

// Each point, and which uses least.
std::string sweep_text(const RunSet& set, const FiguresOfRuns& figures) {
  const Sweep sweep = sweep_of(set, figures);
  if (!sweep.least) return line("energy", "not available: no run counts");
  base::TextTable table({"Variant", "Runs", "Energy", "Time", "More than the least (95 %)"});
  std::string others;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const SweepPoint& point = sweep.points[i];
    const std::string name = base::one_line(set.variants[point.variant].name, kLongestName);
    table.add_row({name, std::to_string(point.energy.sample.count), point_text(point.energy, "J", 1),
                   point_text(point.time, "s", 3), place_text(sweep, i)});
    if (point.maybe_least && i != sweep.least) base::add_item(others, name, ", ");
  }
  const SweepPoint& least = sweep.points[*sweep.least];
  return table.text() + line("least", base::one_line(set.variants[least.variant].name, kLongestName) + ", " +
                                          point_text(least.energy, "J", 1) +
                                          (others.empty() ? "" : "; cannot be told apart from it: " + others));
}

std::string change_lines(const RunSet& set, const FiguresOfRuns& figures) {
  std::string text;
  for (std::size_t i = 1; i < set.variants.size(); ++i) {
    const Variant& other = set.variants[i];
    text += fmt::format("{} compared with {}\n", base::one_line(other.name, kLongestName),
                        base::one_line(set.variants.front().name, kLongestName));
    text += line("energy", change_text(set, figures, other, Metric::energy));
    text += line("time", change_text(set, figures, other, Metric::time));
  }
  return text;
}

std::string energy_of(const RunFigures& run) {
  return report::joules_text(*run.energy, run.comparative.value_or(base::Energy{})) + " J";
}

std::vector<std::string> row_of(const RunSet& set, const FiguresOfRuns& figures, std::size_t number) {
  const Member& member = set.members[number - 1];
  const RunFigures* const run = figures_of(member, figures);
  std::vector<std::string> row{std::to_string(number), member.run};
  if (set.variants.size() > 1) row.push_back(base::one_line(member.variant, kLongestName));
  row.push_back(member.block == 0 ? kUnknown : std::to_string(member.block));
  row.push_back(run != nullptr && run->energy ? energy_of(*run) : kUnknown);
  row.push_back(run != nullptr ? fmt::format("{:.3f} s", base::to_seconds(run->elapsed)) : kUnknown);
  std::string role(role_name(member.role));
  if (!member.reasons.empty()) role += ": " + base::joined(member.reasons, ", ");
  row.push_back(base::one_line(role, 100));
  return row;
}

std::string runs_table(const RunSet& set, const FiguresOfRuns& figures) {
  std::vector<std::string> header{"#", "Run"};
  if (set.variants.size() > 1) header.emplace_back("Variant");
  for (const char* title : {"Block", "Energy", "Time", "Role"}) header.emplace_back(title);
  base::TextTable table(std::move(header));
  for (std::size_t number = 1; number <= set.members.size(); ++number) table.add_row(row_of(set, figures, number));
  return table.text();
}

// What the finding of this name says; empty: the run has none.
std::string words_of(const RunFigures* run, const std::string& reason) {
  if (run == nullptr) return {};
  for (std::size_t i = 0; i < run->findings.size() && i < run->texts.size(); ++i)
    if (run->findings[i] == reason) return base::one_line(run->texts[i], 200);
  return {};
}

std::string excluded_lines(const RunSet& set, const FiguresOfRuns& figures) {
  std::string text;
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    const Member& member = set.members[i];
    if (member.role != Role::excluded) continue;
    std::string why;
    for (const std::string& reason : member.reasons) {
      const std::string words = words_of(figures_of(member, figures), reason);
      base::add_item(why, base::one_line(reason, kLongestName) + (words.empty() ? "" : " (" + words + ")"));
    }
    text += line(text.empty() ? "excluded" : "", fmt::format("run {}: {}", i + 1, why));
  }
  return text;
}

std::string warmup_line(const RunSet& set, const FiguresOfRuns& figures) {
  std::string runs;
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    if (set.members[i].role != Role::warmup) continue;
    const RunFigures* const run = figures_of(set.members[i], figures);
    const std::string energy = run != nullptr && run->energy ? ", " + energy_of(*run) : "";
    base::add_item(runs, fmt::format("run {}{}", i + 1, energy));
  }
  return runs.empty() ? "" : line("warm-up", runs);
}

std::string variant_lines(const RunSet& set, const FiguresOfRuns& figures, const Variant& variant) {
  std::string text;
  if (set.variants.size() > 1)
    text += fmt::format("{}: {}\n", base::one_line(variant.name, kLongestName), base::one_line(variant.command, 200));
  text += line("energy", energy_text(set, figures, variant.name));
  return text + line("time", mean_text(mean_of_variant(set, figures, variant.name, Metric::time), "s", 3, nullptr));
}

std::string heading(const RunSet& set, const FiguresOfRuns& figures) {
  std::string text = "Set " + set.id;
  if (!set.label.empty()) text += " \"" + base::one_line(set.label, 64) + "\"";
  if (!set.complete) text += ", not complete: iris-gpubench --resume " + set.id + " goes on with it";
  const bool replay = std::any_of(figures.begin(), figures.end(), [](const auto& run) { return run.second.replay; });
  return text + (replay ? "; REPLAY: figures of a recording\n" : "\n");
}

}  // namespace

std::string summary_text(const RunSet& set, const FiguresOfRuns& figures) {
  std::string text = heading(set, figures) + runs_table(set, figures);
  if (is_sweep(set)) {
    text += sweep_text(set, figures);
  } else {
    for (const Variant& variant : set.variants) text += variant_lines(set, figures, variant);
    text += change_lines(set, figures);
  }
  text += excluded_lines(set, figures) + warmup_line(set, figures);
  for (const SetFinding& finding : set.findings)
    text += line("finding", base::one_line(finding.name, kLongestName) + ": " + base::one_line(finding.text, 300));
  return text;
}

std::string so_far_text(const RunSet& set, const FiguresOfRuns& figures, const std::string& variant) {
  const auto mean = mean_of_variant(set, figures, variant, Metric::energy);
  if (!mean) return {};
  std::string text = "mean so far " + short_number(mean->sample.mean, 1) + " J";
  if (mean->sample.count > 1) text += " \u00b1 " + percent_text(mean->half_width() / std::abs(mean->sample.mean));
  return text;
}

}  // namespace gpubench::sets
