#include "exporting/figures/set_samples.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "sets/named_runs.h"
#include "sets/saved_set.h"
#include "sets/variant_figures.h"

namespace gpubench::exporting {
namespace {

std::int64_t end_of(const sets::FiguresOfRuns& figures) {
  base::WallTime end{};
  for (const auto& [id, run] : figures)
    if (run.start) end = std::max(end, *run.start + run.elapsed);
  return std::chrono::floor<std::chrono::milliseconds>(end.time_since_epoch()).count();
}

// Those of a run, so that both can be chosen alike. The set's id is its run's, by which samples are read back.
Labels labels_of(const sets::RunSet& set, const sets::Variant& variant, const sets::FiguresOfRuns& figures) {
  RunLabels run;
  run.run_id = set.id;
  run.host = set.sittings.empty() ? "" : set.sittings.back().host;
  run.benchmark = variant.benchmark;
  for (const sets::Member* member : sets::counted_members(set, variant.name)) {
    const auto found = figures.find(member->run);
    if (found == figures.end()) continue;
    run.benchmark = found->second.benchmark;
    for (const std::string& name : found->second.gpus) run.gpus.emplace_back().name = name;
    break;
  }
  Labels labels = result_labels(run);
  labels.insert(labels.end(), {{"set", set.label.empty() ? set.id : set.label}, {"variant", variant.name}});
  return labels;
}

using Values = std::vector<std::pair<std::string, double>>;

void add_mean(Values& out, const std::string& what, const std::string& unit, const std::optional<sets::MeanFigure>& figure) {
  if (!figure) return;
  out.emplace_back("gpubench_set_" + what + "_" + unit, figure->mean);
  if (figure->half_width) out.emplace_back("gpubench_set_" + what + "_half_width_" + unit, *figure->half_width);
}

void add_change(Values& out, const std::string& what, const std::optional<sets::ChangeFigure>& change) {
  if (!change) return;
  const std::string begin = "gpubench_set_" + what + "_change_";
  out.emplace_back(begin + "percent", change->value * 100);
  out.emplace_back(begin + "low_percent", change->low * 100);
  out.emplace_back(begin + "high_percent", change->high * 100);
}

Values values_of(const sets::VariantFigures& variant) {
  Values out{{"gpubench_set_runs", static_cast<double>(variant.runs)}};
  add_mean(out, "energy", "joules", variant.energy);
  if (variant.absolute_half_width)
    out.emplace_back("gpubench_set_energy_absolute_half_width_joules", *variant.absolute_half_width);
  add_mean(out, "duration", "seconds", variant.time);
  add_change(out, "energy", variant.energy_change);
  add_change(out, "duration", variant.time_change);
  return out;
}

}  // namespace

std::unique_ptr<FigureSamples> set_samples(const sets::RunSet& set, const sets::FiguresOfRuns& figures) {
  const std::vector<sets::VariantFigures> variants = sets::figures_of_variants(set, figures);
  auto samples =
      std::make_unique<FigureSamples>(set.id, end_of(figures), set.members.size());  // one that goes on is sent again
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Labels labels = labels_of(set, set.variants[i], figures);
    for (const auto& [name, value] : values_of(variants[i])) samples->add(name, labels, value);
  }
  return samples;
}

std::unique_ptr<Source> make_set_samples(const std::filesystem::path& set_folder, Names /*names*/) {
  sets::SavedSet saved{set_folder, {}};
  if (auto set = sets::load_set(set_folder)) saved.set = *std::move(set);
  return set_samples(saved.set, sets::figures_of(saved));
}

}  // namespace gpubench::exporting
