// The one source of carbon intensities that a run asks.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "carbon/answer.h"
#include "carbon/answer_cache.h"
#include "carbon/carbon_options.h"
#include "carbon/intensity.h"
#include "carbon/yearly_factors.h"
#include "platform/clock.h"

namespace gpubench::carbon {

struct Source {
  using Slots = base::Result<std::vector<IntensitySlot>>;
  // Asks for [from, to], for at most `patience`. From one thread at a time; makes and drops its connections.
  using Ask = std::function<Slots(base::WallTime from, base::WallTime to, base::Duration patience)>;

  std::string place;                         // for the record; empty: the source knows no place
  Ask ask;                                   // empty: there is nothing to ask, the fallback was chosen
  std::shared_ptr<const AnswerCache> cache;  // where its answers are kept; null: nowhere
  std::optional<YearlyFactor> fallback;      // for what it does not know; empty: then it stays unknown
};

// Says so if the slots do not cover all of it and no other trouble is known.
void note_uncovered(Answer& answer, base::WallTime from, base::WallTime to);
// What a source says without being asked: its place and what stands in for it.
Answer empty_answer(const Source& source);
// The slots that touch [from, to], of the cache and of the source, which is asked once, on this thread.
Answer ask_once(const Source& source, base::WallTime from, base::WallTime to, base::Duration patience,
                const platform::Clock& clock);

// `name` itself; an error if there is no source of that name.
base::Result<std::string> known_source(const std::string& name);

// Whether the source distinguishes places, so that a region is a choice.
bool has_regions(const CarbonOptions& options);

// What the source calls `region`; empty: it knows no place.
std::string place_name(const CarbonOptions& options, const std::string& region);

}  // namespace gpubench::carbon
