// From options and environment to the one source of carbon intensities that a run asks.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/carbon_options.h"
#include "app/environment.h"
#include "carbon/answer.h"
#include "carbon/file/forecast_cache.h"
#include "carbon/intensity.h"
#include "carbon/yearly_factors.h"
#include "platform/clock.h"

namespace gpubench::app {

struct CarbonChoice {
  using Slots = base::Result<std::vector<carbon::IntensitySlot>>;
  // Asks for [from, to], for at most `patience`. From one thread at a time; makes and drops its connections.
  using Ask = std::function<Slots(base::WallTime from, base::WallTime to, base::Duration patience)>;

  std::string place;  // for the record; empty: the source knows no place
  Ask ask;            // empty: there is nothing to ask, the fallback was chosen
  bool needs_network = false;
  std::optional<carbon::ForecastCache> cache;    // where its answers are kept
  std::optional<carbon::YearlyFactor> fallback;  // for what it does not know; empty: then it stays unknown
};

// Of a source, what it says without being asked: its place and what stands in for it.
carbon::Answer empty_answer(const CarbonChoice& choice);
// The slots that touch [from, to], of the cache and of the source, which is asked once, on this thread.
carbon::Answer ask_once(const CarbonChoice& choice, base::WallTime from, base::WallTime to, base::Duration patience,
                        const platform::Clock& clock);

// Whether the source distinguishes places, so that a region is a choice.
bool has_regions(const CarbonOptions& options);

// What the source calls `region`; empty: it knows no place.
std::string place_name(const CarbonOptions& options, const std::string& region);

// All that can be checked without a network is: names, forms, files, the presence of tokens. `clock` must outlive the
// choice.
base::Result<CarbonChoice> choose_carbon(const CarbonOptions& options, const std::string& region,
                                         const Environment& environment, const platform::Clock& clock);

}  // namespace gpubench::app
