#include "sink/victoriametrics/victoriametrics_sink.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "sink/victoriametrics/import_lines.h"
#include "sink/victoriametrics/reading_series.h"

namespace gpubench::sink {
namespace {

constexpr base::Duration kFirstPause = std::chrono::milliseconds(500);  // doubled with each failure, half of it at random
constexpr base::Duration kLongestPause = std::chrono::seconds(60);
constexpr base::Duration kLongestPauseAtEnd = std::chrono::seconds(2);  // while somebody waits
constexpr std::size_t kExcerptLength = 120;

// Timed out, asked too early or too often, server in trouble: the same request may be taken later.
bool worth_another_try(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

std::string excerpt(std::string_view body) {
  std::string text(body.substr(0, kExcerptLength));
  std::replace_if(text.begin(), text.end(), [](char letter) { return letter < ' ' || letter > '~'; }, ' ');
  return text;
}

std::string refusal_text(const platform::HttpResponse& response) {
  const std::string status = "the server answered HTTP " + std::to_string(response.status);
  if (response.status == 401 || response.status == 403) return status + " (user, password or token not accepted)";
  if (response.status == 404) return status + " (no VictoriaMetrics import at this address)";
  if (response.status >= 300 && response.status < 400) return status + " (a redirect; it is not followed)";
  return response.body.empty() ? status : status + ": " + excerpt(response.body);
}

class VictoriaMetricsSink final : public Sink {
 public:
  VictoriaMetricsSink(platform::HttpClient& http, const platform::Clock& clock, const VictoriaOptions& options,
                      std::string url, VictoriaLimits limits);
  void begin(const RunIdentity& run) override;
  void send(const record::Progress& progress) override;
  record::ExportRecord finish(base::Duration budget) override;

 private:
  enum class Delivery : std::uint8_t { accepted, refused, later };

  void keep(std::uint32_t series, std::int64_t time_ms, double value);
  Delivery deliver_batch(base::Duration timeout);
  void deliver_until(base::SteadyTime deadline);
  base::Duration next_pause();
  [[nodiscard]] std::string shortfall_reason() const;

  platform::HttpClient& http_;
  const platform::Clock& clock_;
  platform::HttpRequest request_;  // all but the body
  VictoriaLimits limits_;

  std::vector<std::string> series_;        // run info, then each GPU's
  std::vector<std::size_t> first_of_gpu_;  // position in series_ of each GPU's first
  std::int64_t last_time_ms_ = std::numeric_limits<std::int64_t>::min();
  std::deque<Sample> pending_;  // oldest first

  base::SteadyTime next_try_;
  int failures_ = 0;  // in a row
  std::minstd_rand random_;
  std::size_t recorded_ = 0;
  std::size_t accepted_ = 0;
  std::size_t refused_ = 0;   // the server will not have them
  std::size_t overflow_ = 0;  // dropped because too many were waiting
  std::string refusal_;       // the last one's words
  std::string trouble_;       // why the last try has to be repeated
};

VictoriaMetricsSink::VictoriaMetricsSink(platform::HttpClient& http, const platform::Clock& clock,
                                         const VictoriaOptions& options, std::string url, VictoriaLimits limits)
    : http_(http),
      clock_(clock),
      limits_(limits),
      random_(static_cast<std::minstd_rand::result_type>(clock.now().time_since_epoch().count())) {
  request_.method = "POST";
  request_.url = std::move(url);
  request_.ca_file = options.ca_file;
  request_.max_body_bytes = std::size_t{64} << 10;
  request_.headers = {{"Content-Type", "application/json"}};
  if (!options.user.empty()) request_.basic_auth = {options.user, options.password};
  if (!options.bearer.empty()) request_.headers.emplace_back("Authorization", "Bearer " + options.bearer);
}

void VictoriaMetricsSink::begin(const RunIdentity& run) {
  series_ = {run_info_series(run)};
  first_of_gpu_.clear();
  for (const meter::GpuDescription& gpu : run.gpus) {
    first_of_gpu_.push_back(series_.size());
    const std::vector<std::string> of_gpu = gpu_series(run, gpu);
    series_.insert(series_.end(), of_gpu.begin(), of_gpu.end());
  }
}

void VictoriaMetricsSink::send(const record::Progress& progress) {
  // Two samples of one series must not have the same millisecond: the server would keep one of them.
  const auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(progress.time.time_since_epoch());
  last_time_ms_ = std::max<std::int64_t>(since_1970.count(), last_time_ms_ + (recorded_ > 0 ? 1 : 0));
  if (!series_.empty()) keep(0, last_time_ms_, 1);
  for (std::size_t gpu = 0; gpu < std::min(progress.readings.size(), first_of_gpu_.size()); ++gpu) {
    visit_values(progress.readings[gpu], [&](std::size_t position, double value) {
      keep(static_cast<std::uint32_t>(first_of_gpu_[gpu] + position), last_time_ms_, value);
    });
  }
  deliver_until(clock_.now() + limits_.send_time);
}

void VictoriaMetricsSink::keep(std::uint32_t series, std::int64_t time_ms, double value) {
  ++recorded_;
  pending_.push_back({series, time_ms, value});
  if (pending_.size() <= limits_.pending) return;
  pending_.pop_front();
  ++overflow_;
}

// Sends what is waiting until it is gone, the deadline has come or the server is in trouble.
void VictoriaMetricsSink::deliver_until(base::SteadyTime deadline) {
  while (!pending_.empty()) {
    const base::SteadyTime now = clock_.now();
    if (now >= deadline || now < next_try_) return;
    if (deliver_batch(deadline - now) == Delivery::later) {
      next_try_ = clock_.now() + next_pause();
      return;
    }
    failures_ = 0;
  }
}

VictoriaMetricsSink::Delivery VictoriaMetricsSink::deliver_batch(base::Duration timeout) {
  const std::size_t count = std::min(pending_.size(), limits_.batch);
  const std::vector<Sample> batch(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  request_.body = import_lines(batch, series_);
  request_.timeout = timeout;
  const auto response = http_.perform(request_);
  if (!response || worth_another_try(response->status)) {
    trouble_ = response ? refusal_text(*response) : response.error().message;
    return Delivery::later;
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  if (response->status / 100 == 2) {
    accepted_ += count;
    return Delivery::accepted;
  }
  refused_ += count;
  refusal_ = refusal_text(*response);
  return Delivery::refused;
}

base::Duration VictoriaMetricsSink::next_pause() {
  const base::Duration full = std::min(kLongestPause, kFirstPause * (1 << std::min(failures_, 10)));
  ++failures_;
  return base::from_seconds(base::to_seconds(full) * std::uniform_real_distribution<double>(0.5, 1.0)(random_));
}

record::ExportRecord VictoriaMetricsSink::finish(base::Duration budget) {
  const base::SteadyTime deadline = clock_.now() + budget;
  next_try_ = {};  // what the server was spared for is over
  failures_ = 0;
  while (!pending_.empty() && clock_.now() < deadline) {
    // No try longer than send_time: a hanging one must leave room for another.
    deliver_until(std::min(deadline, clock_.now() + limits_.send_time));
    if (pending_.empty()) break;
    const base::SteadyTime resume = std::min(next_try_, clock_.now() + kLongestPauseAtEnd);
    if (resume >= deadline) break;
    clock_.sleep_until(resume);
    next_try_ = {};
  }
  record::ExportRecord record;
  record.requested = true;
  record.recorded = recorded_;
  record.accepted = accepted_;
  record.destination = request_.url;
  record.reason = shortfall_reason();
  return record;
}

std::string VictoriaMetricsSink::shortfall_reason() const {
  std::string text;
  const auto add = [&](std::size_t count, const std::string& why) {
    if (count > 0) text += (text.empty() ? "" : "; ") + std::to_string(count) + " samples " + why;
  };
  add(refused_, "refused: " + refusal_);
  add(overflow_, "dropped, too many were waiting" + (trouble_.empty() ? "" : ": " + trouble_));
  add(pending_.size(), "not delivered in time" + (trouble_.empty() ? "" : ": " + trouble_));
  return text;
}

}  // namespace

base::Result<std::unique_ptr<Sink>> make_victoriametrics_sink(platform::HttpClient& http, const platform::Clock& clock,
                                                              const VictoriaOptions& options, VictoriaLimits limits) {
  auto url = import_url(options);
  if (!url) return base::failure(url.error());
  return std::make_unique<VictoriaMetricsSink>(http, clock, options, *std::move(url), limits);
}

}  // namespace gpubench::sink
