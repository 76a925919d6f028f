// The export of one run's journal to one receiver, step by step.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/export_state.h"
#include "app/journal_samples.h"
#include "base/result.h"
#include "exporting/delivery.h"
#include "exporting/destination.h"
#include "exporting/protocol.h"
#include "exporting/receiver.h"
#include "platform/clock.h"
#include "platform/http_client.h"
#include "record/run_record.h"

namespace gpubench::app {

struct ExportPlan {
  exporting::Dialect dialect = exporting::Dialect::import;
  exporting::Names names = exporting::Names::standard;
  exporting::DestinationSource destination;
  // How long a database takes to store what it has accepted (VictoriaMetrics: up to 10 s); read back only then.
  base::Duration settle = std::chrono::seconds(10);
  std::size_t batch = 50'000;  // samples in one request
  exporting::DeliveryLimits limits = {};
};

// Sends what follows its cursor, reads back what has settled, and sends again what is missing. Keeps its state in the run's
// folder. Never waits by itself. One thread; `http` and `clock` must outlive it.
class ExportSession {
 public:
  static base::Result<std::unique_ptr<ExportSession>> open(const std::filesystem::path& run_directory,
                                                           const ExportPlan& plan, platform::HttpClient& http,
                                                           const platform::Clock& clock);

  // Does one thing, with no request beyond `deadline`. True: there may be more to do at once.
  bool step(base::SteadyTime deadline);
  // When a step can next do something that it could not now; empty: when the journal has grown.
  [[nodiscard]] std::optional<base::SteadyTime> next_time() const;
  // Ends all pauses: somebody waits.
  void hurry();
  // Everything is read back anew.
  void verify_from_start();
  // See JournalSamples.
  void add_after(const std::string& results_note);

  [[nodiscard]] bool has_results() const { return sender_.has_results(); }
  // Nothing of what was read so far waits to be sent; and nothing of it to be read back.
  [[nodiscard]] bool all_sent() const { return !busy() && !next_ && idle_; }
  [[nodiscard]] bool all_verified() const { return all_sent() && progress_.verified >= progress_.delivered; }
  // Of everything that rises: a sign of life.
  [[nodiscard]] std::uint64_t advance_count() const {
    return progress_.accepted + progress_.found + folder_->quarantined().size();
  }

  // Counts the rest of the journal and keeps the state: the end of the session.
  record::ExportRecord conclude();
  [[nodiscard]] const ExportProgress& progress() const { return progress_; }

 private:
  ExportSession(std::unique_ptr<ExportFolder> folder, const exporting::Endpoints& endpoints, ExportPlan plan,
                exporting::Destination destination, platform::HttpClient& http, const platform::Clock& clock,
                std::filesystem::path run_directory);
  [[nodiscard]] bool busy() const { return delivery_ && delivery_->busy(); }
  bool advance(base::SteadyTime deadline);
  // Of the journal, as it is sent.
  struct NextBatch {
    exporting::Batch batch;
    exporting::Place end;
  };
  void prepare_next();
  bool begin_batch();
  void commit();
  void save(bool now);
  void settle();
  bool take_chunk();
  bool end_series(base::SteadyTime deadline);
  bool check(base::SteadyTime deadline);
  bool check_group(bool regular, base::SteadyTime deadline, std::vector<exporting::Sample>& missing);
  void compare(const exporting::Stored& stored, const std::vector<exporting::Sample>& wanted,
               std::vector<exporting::Sample>& missing);
  void chunk_done(std::size_t missing);
  [[nodiscard]] std::string shortfall(const record::ExportRecord& record) const;

  std::unique_ptr<ExportFolder> folder_;
  std::unique_ptr<exporting::Protocol> protocol_;
  std::unique_ptr<exporting::Protocol> end_protocol_;
  const ExportPlan plan_;
  const platform::Clock& clock_;
  const std::filesystem::path run_directory_;
  exporting::Receiver receiver_;
  exporting::Receiver end_receiver_;
  std::optional<exporting::Delivery> delivery_;  // once the run is known
  ExportProgress progress_;
  JournalSamples sender_;
  JournalSamples checker_;

  base::SteadyTime end_at_;  // when the series' end may be reported next
  bool idle_ = false;        // the journal held nothing more
  std::optional<NextBatch> next_;
  bool behind_ = false;     // the journal held as much as a batch takes: more will follow
  bool repairing_ = false;  // the current batch has samples that were missing
  std::size_t batch_size_ = 0;
  exporting::Place batch_end_;
  base::SteadyTime saved_at_;

  std::deque<std::pair<base::SteadyTime, exporting::Place>> accepted_at_;  // of places not yet settled
  exporting::Place settled_;
  std::vector<exporting::Sample> chunk_;  // being read back
  exporting::Place chunk_end_;
  std::size_t chunk_found_ = 0;
  std::size_t chunk_doubled_ = 0;
  std::size_t chunk_differing_ = 0;
  int chunk_rounds_ = 0;
  base::SteadyTime check_at_;
  std::size_t missing_ = 0;    // accepted, and not found after all tries
  std::string check_trouble_;  // why nothing can be read back
  std::string journal_trouble_;
  std::string state_trouble_;
};

}  // namespace gpubench::app
