#include "carbon/embodied_figures.h"

#include <algorithm>
#include <array>

namespace gpubench::carbon {
namespace {

constexpr base::Emissions kilograms(double value) {
  return base::Emissions::from_grams(value * 1000);
}

constexpr std::string_view kEighthOfBoard =
    "cradle to gate, ISO 14067, reviewed by a third party; an eighth of the baseboard with its eight GPUs and switches";

constexpr std::array<EmbodiedFigure, 3> kFigures{{
    {"NVIDIA A100-SXM4-40GB", kilograms(127.6), "Falk et al. 2025, arXiv:2509.00093",
     "cradle to gate, ISO 14040/44; the module taken apart and analysed"},
    {"NVIDIA H100 80GB HBM3", kilograms(1312.0 / 8), "NVIDIA, HGX H100 Product Carbon Footprint Summary", kEighthOfBoard},
    {"NVIDIA B200", kilograms(2274.0 / 8), "NVIDIA, HGX B200 Product Carbon Footprint Summary", kEighthOfBoard},
}};

}  // namespace

std::span<const EmbodiedFigure> embodied_figures() {
  return kFigures;
}

std::optional<EmbodiedFigure> find_embodied_figure(std::string_view gpu) {
  const auto* const found = std::find_if(kFigures.begin(), kFigures.end(), [&](const auto& one) { return one.gpu == gpu; });
  return found == kFigures.end() ? std::nullopt : std::optional(*found);
}

}  // namespace gpubench::carbon
