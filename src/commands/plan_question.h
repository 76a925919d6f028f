// When and where to run a known benchmark again: its energy over time against the forecasts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "carbon/plan.h"
#include "cli/environment.h"
#include "platform/clock.h"
#include "runs/saved_run.h"

namespace gpubench::commands {

struct PlanOptions {
  std::optional<std::string> source;    // empty: the run's
  std::vector<std::string> regions;     // the first is where this machine is; empty: the run's
  std::optional<std::string> deadline;  // a UTC time, or hours from now: "8h"
};

// The run as at most 96 steps of even length.
base::Result<std::vector<carbon::EnergyStep>> energy_steps(const runs::SavedRun& saved);

// "2026-11-23T06:00Z", or "8h" from `now`.
base::Result<base::WallTime> parse_deadline(const std::string& text, base::WallTime now);

// Asks each region's source for the next 48 hours; one that does not answer has no forecast, and `notes` say why.
base::Result<carbon::PlanQuestion> ask_forecasts(const runs::SavedRun& saved, const PlanOptions& options,
                                                 const cli::Environment& environment, const platform::Clock& clock,
                                                 std::vector<std::string>& notes);

}  // namespace gpubench::commands
