#include "sets/variant_figures.h"

#include <cmath>

#include "statistics/change.h"
#include "statistics/decision.h"

namespace gpubench::sets {
namespace {

std::optional<MeanFigure> mean_figure(const statistics::Mean& mean) {
  MeanFigure figure{mean.sample.mean, {}};
  if (mean.sample.count > 1) figure.half_width = mean.half_width();
  return figure;
}

VariantFigures figures_of_variant(const RunSet& set, const FiguresOfRuns& figures, const Variant& variant) {
  VariantFigures all;
  all.runs = counted_members(set, variant.name).size();
  if (const auto energy = mean_of_variant(set, figures, variant.name, Metric::energy)) {
    all.energy = mean_figure(*energy);
    if (all.energy->half_width)
      all.absolute_half_width = statistics::absolute_half_width(*energy, boards_of(set, figures, variant.name));
  }
  if (const auto time = mean_of_variant(set, figures, variant.name, Metric::time)) all.time = mean_figure(*time);
  if (variant.name == set.variants.front().name) return all;
  all.energy_change = change_from_first(set, figures, variant, Metric::energy);
  all.time_change = change_from_first(set, figures, variant, Metric::time);
  return all;
}

}  // namespace

std::vector<VariantFigures> figures_of_variants(const RunSet& set, const FiguresOfRuns& figures) {
  std::vector<VariantFigures> all;
  all.reserve(set.variants.size());
  for (const Variant& variant : set.variants) all.push_back(figures_of_variant(set, figures, variant));
  return all;
}

std::optional<ChangeFigure> change_from_first(const RunSet& set, const FiguresOfRuns& figures, const Variant& other,
                                              Metric metric) {
  const MetricValues base = logarithms_of(values_of(set, figures, set.variants.front().name, metric));
  const MetricValues changed = logarithms_of(values_of(set, figures, other.name, metric));
  const std::size_t blocks = base.values.size();
  if (blocks < 2 || changed.values.size() != blocks) return std::nullopt;
  const statistics::Change change = statistics::paired_change(base.side(), changed.side());
  const statistics::Interval interval = statistics::interval(change.value, change.budget);
  return ChangeFigure{std::expm1(change.value), std::expm1(interval.low), std::expm1(interval.high), blocks};
}

}  // namespace gpubench::sets
