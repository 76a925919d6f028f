// What a run's energy emits: so far while it lasts, and in its account.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "carbon/lookup.h"
#include "carbon/source.h"
#include "platform/clock.h"
#include "record/carbon_so_far.h"
#include "record/progress.h"
#include "record/run_record.h"
#include "run/recording.h"

namespace gpubench::run {

class RunCarbon {
 public:
  // Starts asking the source. `gpus`: positions of those that count. The clock and the recording must outlive it.
  RunCarbon(const carbon::Source& source, const platform::Clock& clock, base::ClockAnchor anchor,
            std::vector<std::size_t> gpus, Recording& recording);

  // Adds what was emitted until then, and notes it in the journal. From the sampler's thread.
  void add_to(record::Progress& progress);
  // Adds the emissions of the run.
  void add_to(record::RunRecord& run);

 private:
  void note(const record::Progress& progress);

  const base::ClockAnchor anchor_;
  Recording& recording_;
  carbon::Lookup lookup_;
  record::CarbonSoFar so_far_;
  base::WallTime next_note_;
};

}  // namespace gpubench::run
