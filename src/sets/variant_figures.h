// What a set says of its variants, in figures: means with their 95 % intervals, and the change from the first variant.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sets/values.h"

namespace gpubench::sets {

struct MeanFigure {
  double mean = 0;
  std::optional<double> half_width;  // comparative; empty: one run does not show the scatter
};

// As shares: 0.02 is 2 % more.
struct ChangeFigure {
  double value = 0;
  double low = 0;
  double high = 0;
  std::size_t blocks = 0;
};

// Of the runs that count, in joules and seconds.
struct VariantFigures {
  std::size_t runs = 0;
  std::optional<MeanFigure> energy;
  std::optional<double> absolute_half_width;  // of the energy, with the boards' gain errors
  std::optional<MeanFigure> time;
  std::optional<ChangeFigure> energy_change;  // from the first variant
  std::optional<ChangeFigure> time_change;
};

// In the order of the set's variants.
std::vector<VariantFigures> figures_of_variants(const RunSet& set, const FiguresOfRuns& figures);

// From the set's first variant to another, block by block; empty: fewer than two blocks count.
std::optional<ChangeFigure> change_from_first(const RunSet& set, const FiguresOfRuns& figures, const Variant& other,
                                              Metric metric);

}  // namespace gpubench::sets
