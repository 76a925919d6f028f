// The picture of a plan: each region's forecast, and what the run would emit by its start.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "carbon/plan.h"

namespace gpubench::report {

struct PlanPlot {
  std::string title;
  const carbon::PlanQuestion* question = nullptr;
  const carbon::Plan* plan = nullptr;
};

// A PNG, written beside `path` and renamed.
base::Result<void> write_plan_plot(const std::filesystem::path& path, const PlanPlot& plot);

// The script for gnuplot; exposed for tests.
std::string plan_plot_script(const PlanPlot& plot);

}  // namespace gpubench::report
