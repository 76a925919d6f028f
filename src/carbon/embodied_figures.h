// The published emissions of making a GPU, for the few models that have them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/quantity.h"

namespace gpubench::carbon {

// A published figure for one GPU, with what it takes to judge it.
struct EmbodiedFigure {
  std::string_view gpu;  // the driver's name, whole
  base::Emissions making;
  std::string_view source;
  std::string_view basis;  // what is counted, by which method
};

std::span<const EmbodiedFigure> embodied_figures();
// Of exactly this model: another memory or form factor is another product.
std::optional<EmbodiedFigure> find_embodied_figure(std::string_view gpu);

}  // namespace gpubench::carbon
