// A plan as a table and as JSON.
#pragma once

#include <string>

#include "base/quantity.h"
#include "carbon/plan.h"

namespace gpubench::report {

struct PlannedRun {
  std::string run_id;
  base::Energy energy;
  base::Duration length{};
  base::Ratio pue = base::Ratio::from_fraction(1);  // multiplies all figures
};

// One row per region, best first: start, emissions, what starting now would emit and what is saved.
std::string plan_table(const PlannedRun& run, const carbon::PlanQuestion& question, const carbon::Plan& plan);
// The same for programs; docs/formats.md has its members.
std::string plan_json(const PlannedRun& run, const carbon::PlanQuestion& question, const carbon::Plan& plan);

}  // namespace gpubench::report
