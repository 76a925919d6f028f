// Delivers batches of samples to a receiver one after another, whatever it answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "exporting/backoff.h"
#include "exporting/receiver.h"
#include "exporting/sample.h"
#include "platform/clock.h"
#include "platform/http_client.h"

namespace gpubench::exporting {

struct DeliveryLimits {
  base::Duration request_time = std::chrono::seconds(10);
  Backoff::Limits pauses = {};
  base::Duration setup_pause = std::chrono::seconds(60);  // while nothing is accepted until somebody corrects something
  int failures_before_probe = 5;      // with 5xx, until a single good sample shows whether it is the server or the batch
  std::size_t refused_in_a_row = 16;  // of one series: then the rest of it in the batch is taken for refused as well
};

// What to read back for these samples, at least one: their series and times.
ReadBackRange range_of(const std::string& run_id, std::span<const Sample> samples, const std::vector<Series>& series);

// Parts the samples, sorted by time, where a gap is longer than a minute and than half of their time: one that lies days
// before the others, as the run's start may, is asked for by itself, and not with all that lies between.
std::vector<std::vector<Sample>> near_in_time(std::vector<Sample> samples);

// Samples sorted by series, then time, and the request that brings all of them.
struct Batch {
  std::vector<Sample> samples;
  platform::HttpRequest request;
};
// Of samples that are sorted by time within their series.
Batch make_batch(std::span<const Sample> samples, const std::vector<Series>& series, const Receiver& receiver);

struct RefusedSample {
  Sample sample;
  std::string series;  // as JSON
  int status = 0;
  std::string answer;
};

// A batch is done when each sample of it is accepted or refused by itself. Refused batches are halved down to the samples
// that are to blame; a batch of which nothing is accepted is kept if not even a sample that was accepted before is accepted
// again: then the server's set-up is at fault. One thread.
class Delivery {
 public:
  Delivery(Receiver& receiver, const platform::Clock& clock, DeliveryLimits limits = {});

  // When not busy. `series` must outlive the batch.
  void begin(Batch batch, const std::vector<Series>& series, const std::string& run_id);
  [[nodiscard]] bool busy() const { return !work_.empty(); }
  [[nodiscard]] base::SteadyTime next_try() const { return backoff_.next_try(); }
  // One request and what belongs to it, with no request longer than until `deadline`. `meanwhile`: HttpRequest's; `series`
  // may grow by it.
  void advance(base::SteadyTime deadline, const std::function<void()>& meanwhile = {});
  // Ends all pauses except those that the server asked for: somebody waits.
  void hurry() { backoff_.hurry(); }

  // Of the batch that is done.
  [[nodiscard]] const std::vector<RefusedSample>& refused() const { return refused_; }
  // Why the last request has to be repeated; empty while all is well.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  [[nodiscard]] std::size_t requests() const { return requests_; }

 private:
  struct Range {  // of batch_
    std::size_t first;
    std::size_t last;
    [[nodiscard]] std::size_t size() const { return last - first; }
  };
  // A sample that was accepted, to see whether the server accepts anything.
  struct Known {
    Series series;
    Sample sample;
  };

  Attempt write(const Range& range, base::SteadyTime deadline, const std::function<void()>& meanwhile);
  void take_accepted(const Range& range);
  void reconsider();
  void take_later(const Range& range, const Attempt& attempt, base::SteadyTime deadline);
  void take_refused(const Range& range, const Attempt& attempt, base::SteadyTime deadline);
  void leave_out_stored(const Range& range, const Attempt& attempt, base::SteadyTime deadline);
  base::Result<Stored> read(std::vector<Sample> samples);
  void take_out(const Stored& stored);
  void split(const Range& range);
  void suspect(const Sample& sample, const Attempt& attempt);
  void give_up_series(const Attempt& attempt);
  void conclude(base::SteadyTime deadline);
  void start_over(const std::string& why);
  bool probe(base::SteadyTime deadline);

  Receiver& receiver_;
  const platform::Clock& clock_;
  const DeliveryLimits limits_;
  Backoff backoff_;

  std::string run_id_;
  std::vector<Sample> batch_;
  std::optional<platform::HttpRequest> whole_;  // of all of batch_
  const std::vector<Series>* series_ = nullptr;
  std::vector<Range> work_;  // what is not yet decided, next one last
  std::vector<RefusedSample> refused_;
  bool any_accepted_ = false;         // of this batch
  bool server_errors_count_ = false;  // the server takes other samples: its 5xx is about these
  bool read_back_ = false;            // of this batch, already
  bool unanswered_ = true;            // some request of this batch or, at first, of an earlier session may have been taken
  std::size_t row_ = 0;               // refused one after the other of one series
  std::optional<Known> known_;

  std::string trouble_;
  std::size_t requests_ = 0;
};

}  // namespace gpubench::exporting
