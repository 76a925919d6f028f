// Telling a database that the series of a run have ended.
#pragma once

#include "base/time.h"
#include "exporting/ledger.h"
#include "exporting/receiver.h"
#include "exporting/source.h"
#include "platform/clock.h"

namespace gpubench::exporting {

// Once, when all was sent: queries would go on with the last values for five minutes. No sample depends on it: who does not
// take it is not asked again. One thread; `source`, `ledger` and `clock` must outlive it.
class SeriesEnd {
 public:
  SeriesEnd(Source& source, Receiver receiver, Ledger& ledger, const platform::Clock& clock);

  // True: it was just told, or refused for good.
  bool tell(base::SteadyTime deadline);
  [[nodiscard]] Receiver& receiver() { return receiver_; }

 private:
  Source& source_;
  Receiver receiver_;
  Ledger& ledger_;
  const platform::Clock& clock_;
  base::SteadyTime next_try_;
};

}  // namespace gpubench::exporting
