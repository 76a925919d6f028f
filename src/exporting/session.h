// The export of one run to one database, step by step.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "exporting/delivery.h"
#include "exporting/ledger.h"
#include "exporting/read_ahead.h"
#include "exporting/read_back.h"
#include "exporting/receiver.h"
#include "exporting/series_end.h"
#include "exporting/settling.h"
#include "exporting/source.h"
#include "platform/clock.h"
#include "record/run_record.h"

namespace gpubench::exporting {

struct SessionLimits {
  // That a database takes to write down what it has accepted (VictoriaMetrics: up to 10 s); read back only then.
  base::Duration settle = std::chrono::seconds(10);
  std::size_t batch = 50'000;  // samples in one request
  DeliveryLimits delivery = {};
};

// What a session is made of. The two sources hold the same samples: one is sent, the other read back, far behind.
struct SessionParts {
  std::unique_ptr<Source> to_send;
  std::unique_ptr<Source> to_read_back;
  Receiver receiver;
  Receiver end_receiver;  // takes the end of series
  std::unique_ptr<StateFolder> folder;
  State state;  // of the folder, for this receiver
};

// Sends what was not sent before, reads back what has settled, and sends again what is missing. Never waits by itself. One
// thread; `clock` must outlive it.
class Session {
 public:
  Session(SessionParts parts, const platform::Clock& clock, const SessionLimits& limits = {});

  // Does one thing, with no request beyond `deadline`. True: there may be more to do at once.
  bool step(base::SteadyTime deadline);
  // When a step can next do something that it could not now; empty: when the source has grown.
  [[nodiscard]] std::optional<base::SteadyTime> next_time() const;
  // Ends all pauses: somebody waits.
  void hurry();
  // Asked while a request is under way: true ends it, as one without an answer.
  void give_up_when(const std::function<bool()>& so);
  // Everything is read back once more.
  void verify_from_start() { read_back_.start_over(); }
  // See Source.
  void add_after(const std::string& results_note);

  // Something was read.
  [[nodiscard]] bool knows_run() const { return !to_send_->run_id().empty(); }
  [[nodiscard]] bool has_results() const { return to_send_->has_results(); }
  // Nothing of what was read so far waits to be sent; and nothing of it to be read back.
  [[nodiscard]] bool all_sent() const { return !delivery_.busy() && ahead_.is_empty(); }
  [[nodiscard]] bool all_verified() const { return all_sent() && ledger_.state().verified >= ledger_.state().delivered; }
  [[nodiscard]] std::uint64_t advance_count() const { return ledger_.advance_count(); }
  // The database may still be writing down what it has accepted: no reason to give up.
  [[nodiscard]] bool is_in_doubt() const { return read_back_.is_in_doubt(); }

  // Counts the rest of the source and keeps the state: the end of the session.
  record::ExportRecord conclude();

 private:
  // The batch that delivery_ has.
  struct UnderWay {
    std::size_t samples = 0;
    Place end;
    bool repair = false;  // samples that were missing
  };
  void deliver(base::SteadyTime deadline);
  bool begin_batch();
  bool read_back(base::SteadyTime deadline);
  void begin_repair();
  void commit();

  const platform::Clock& clock_;
  const std::unique_ptr<Source> to_send_;
  const std::unique_ptr<Source> to_read_back_;
  const ReadAhead::DealtWith is_refused_;
  const std::size_t batch_;
  Receiver receiver_;
  Ledger ledger_;
  ReadAhead ahead_;
  Delivery delivery_;
  UnderWay under_way_;
  Settling settling_;
  ReadBack read_back_;
  SeriesEnd end_;
};

}  // namespace gpubench::exporting
