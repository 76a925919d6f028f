// The account of a run's export while it lasts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "exporting/comparison.h"
#include "exporting/state.h"
#include "platform/clock.h"
#include "record/run_record.h"

namespace gpubench::exporting {

// Why something is left; empty where nothing is.
struct Troubles {
  std::string sending;
  std::string reading_back;
  std::string source;
};

// Counts what was sent, refused and read back, and keeps the counts in the run's folder: at once where it matters, else once
// a second. One thread. `clock` must outlive it.
class Ledger {
 public:
  Ledger(std::unique_ptr<StateFolder> folder, State state, const platform::Clock& clock);

  // All before `end` is dealt with: `samples` were sent, and these of them refused for good.
  void sent(Place end, std::size_t samples, const std::vector<RefusedSample>& refused);
  // These had been accepted before and were not found.
  void sent_again(std::size_t samples, const std::vector<RefusedSample>& refused);
  // All before `end` was read back.
  void verified(Place end, const Comparison& found);
  void verify_from_start();
  void series_ended();

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] bool is_refused(Place place) const { return folder_->quarantined().contains(place); }
  // Of everything that rises: a sign of life.
  [[nodiscard]] std::uint64_t advance_count() const {
    return state_.accepted + state_.found + folder_->quarantined().size();
  }
  // What it has come to, also kept: the end. `recorded`: samples that the source has.
  record::ExportRecord conclude(std::uint64_t recorded, const Troubles& troubles);

 private:
  void quarantine(const std::vector<RefusedSample>& refused);
  void save();
  void save_now_and_then();
  [[nodiscard]] std::string shortfall(const record::ExportRecord& record, const Troubles& troubles) const;

  const std::unique_ptr<StateFolder> folder_;
  State state_;
  const platform::Clock& clock_;
  base::SteadyTime saved_at_;
  std::size_t missing_ = 0;  // accepted, and not found after all tries
  std::string trouble_;      // why the state could not be kept
};

}  // namespace gpubench::exporting
