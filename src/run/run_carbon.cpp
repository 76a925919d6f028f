#include "run/run_carbon.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "record/costs.h"
#include "runs/journal_notes.h"

namespace gpubench::run {

RunCarbon::RunCarbon(const carbon::Source& source, const platform::Clock& clock, base::ClockAnchor anchor,
                     std::vector<std::size_t> gpus, Recording& recording)
    : anchor_(anchor), recording_(recording), lookup_(source, clock), so_far_(lookup_, std::move(gpus)) {}

void RunCarbon::add_to(record::Progress& progress) {
  progress.carbon = so_far_.at(progress.time, progress.energy);
  note(progress);
}

// Once a second at most: the grid changes no faster, and short intervals would fill the journal with it.
void RunCarbon::note(const record::Progress& progress) {
  constexpr base::Duration apart = std::chrono::seconds(1);
  if (!progress.carbon || progress.time < next_note_) return;
  recording_.note(runs::carbon_note(anchor_.to_steady(progress.time), *progress.carbon));
  next_note_ = progress.time + apart;
}

void RunCarbon::add_to(record::RunRecord& run) {
  if (run.total_energy) record::cost(run, recording_.series(), lookup_.answer(run.start_time(), run.end_time()));
  for (const std::string& note : lookup_.take_notes()) recording_.log().warn("{}", note);
}

}  // namespace gpubench::run
