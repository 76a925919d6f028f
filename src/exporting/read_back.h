// Reading back what a database has accepted: only what can be found there has arrived.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "exporting/comparison.h"
#include "exporting/ledger.h"
#include "exporting/receiver.h"
#include "exporting/source.h"
#include "platform/clock.h"

namespace gpubench::exporting {

// Goes through the source by itself, a chunk after the other, up to what has settled. What is missing of a chunk is handed
// out to be sent again, and the chunk is read back again. Never waits by itself. One thread; all that it is made of must
// outlive it.
class ReadBack {
 public:
  enum class Step : std::uint8_t {
    nothing,  // to be done by now
    done,     // there may be more to do at once
    repair,   // missing() is to be sent again
  };

  // `doubt`: after what has settled, how long what cannot be found may still come; only then it is sent again.
  ReadBack(Source& source, Receiver& receiver, Ledger& ledger, const platform::Clock& clock, base::Duration doubt = {});

  // At most one chunk, with no request beyond `deadline`. All samples before `settled` can be found.
  Step step(Place settled, base::SteadyTime deadline);
  [[nodiscard]] const std::vector<Sample>& missing() const { return comparison_.missing; }
  // Something could not be found so far, and may still come: looked for again soon.
  [[nodiscard]] bool is_in_doubt() const { return in_doubt_; }
  // missing() was sent again and can be found from `time` on.
  void repaired(base::SteadyTime time);

  // When a step may do something; empty: when more has settled.
  [[nodiscard]] std::optional<base::SteadyTime> next_time(Place settled) const;
  // A pause after trouble is over: somebody waits.
  void hurry();
  // All is read back once more.
  void start_over();
  // Why nothing can be read back; empty while all is well.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  bool take_chunk(Place settled);
  base::Result<void> compare_chunk(base::SteadyTime deadline);
  base::Result<void> compare_group(std::span<const Sample> wanted, base::SteadyTime deadline);

  Source& source_;
  Receiver& receiver_;
  Ledger& ledger_;
  const platform::Clock& clock_;
  const base::Duration doubt_;
  std::vector<Sample> chunk_;  // being read back
  Place chunk_end_;
  int rounds_ = 0;  // of this chunk
  Comparison comparison_;
  base::SteadyTime next_try_;
  base::SteadyTime sure_at_;  // from when on what is not found is missing
  bool in_doubt_ = false;
  std::string trouble_;
};

}  // namespace gpubench::exporting
