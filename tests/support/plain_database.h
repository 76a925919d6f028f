// A database in memory, its protocol in plain text, and a source of samples: what an export is made of.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "exporting/answer.h"
#include "exporting/protocol.h"
#include "exporting/receiver.h"
#include "exporting/source.h"
#include "platform/http_client.h"

namespace gpubench::support {

// A line for each sample: series, time, value. A range: its times and, for each name, a letter.
class PlainProtocol final : public exporting::Protocol {
 public:
  [[nodiscard]] platform::HttpRequest write_request(std::span<const exporting::Sample> samples,
                                                    std::span<const exporting::Series> series) const override {
    std::ostringstream body;
    for (const exporting::Sample& one : samples)
      body << series[one.series].json() << ' ' << one.time_ms << ' ' << one.value << '\n';
    platform::HttpRequest request;
    request.method = "POST";
    request.body = body.str();
    return request;
  }
  [[nodiscard]] exporting::Verdict judge(const platform::HttpResponse& answer) const override {
    return exporting::judge_status(answer.status);
  }
  [[nodiscard]] platform::HttpRequest read_request(const exporting::ReadBackRange& range) const override {
    platform::HttpRequest request;
    request.url = std::to_string(range.from_ms) + " " + std::to_string(range.to_ms);
    for (const std::string& name : range.names) request.url += " " + name;
    return request;
  }
  [[nodiscard]] base::Result<exporting::Stored> read_answer(const std::string& body) const override {
    exporting::Stored stored;
    std::istringstream lines(body);
    std::string series;
    std::int64_t time = 0;
    double value = 0;
    while (lines >> series >> time >> value) stored[series][time].push_back(value);
    return stored;
  }
};

// Takes what PlainProtocol sends. Set a function to make it misbehave.
class PlainDatabase final : public platform::HttpClient {
 public:
  using Lines = std::multimap<std::pair<std::string, std::int64_t>, double>;

  base::Result<platform::HttpResponse> perform(const platform::HttpRequest& request) override {
    if (hangs) return wait_for_ever(request);
    if (down) return base::failure("cannot connect to the database");
    return request.method == "POST" ? write(request) : read(request);
  }

  bool down = false;
  std::atomic<bool> hangs = false;  // until the request is given up
  bool unreadable = false;
  std::function<bool(const std::string& series, std::int64_t time)> refuses;
  std::function<bool(const std::string& series, std::int64_t time)> loses;  // takes and does not keep
  Lines stored;
  int writes = 0;
  int reads = 0;
  std::vector<std::string> asked;  // the ranges of the reads

 private:
  static base::Result<platform::HttpResponse> wait_for_ever(const platform::HttpRequest& request) {
    while (!request.give_up || !request.give_up()) std::this_thread::yield();
    return base::failure("given up");
  }
  base::Result<platform::HttpResponse> write(const platform::HttpRequest& request) {
    ++writes;
    Lines taken;
    std::istringstream lines(request.body);
    std::string series;
    std::string value;  // text: an end of series is no number
    for (std::int64_t time = 0; lines >> series >> time >> value;) {
      if (refuses && refuses(series, time)) return platform::HttpResponse{400, {}, "not this one"};
      if (value.find("nan") == std::string::npos && !(loses && loses(series, time)))
        taken.emplace(std::pair(series, time), std::stod(value));
    }
    stored.merge(taken);
    if (request.meanwhile) request.meanwhile();
    return platform::HttpResponse{204, {}, {}};
  }
  base::Result<platform::HttpResponse> read(const platform::HttpRequest& request) {
    ++reads;
    asked.push_back(request.url);
    if (unreadable) return platform::HttpResponse{503, {}, "too busy"};
    std::istringstream range(request.url);
    std::int64_t from = 0;
    std::int64_t to = 0;
    range >> from >> to;
    std::ostringstream body;
    for (const auto& [key, value] : stored)
      if (key.second >= from && key.second <= to) body << key.first << ' ' << key.second << ' ' << value << '\n';
    return platform::HttpResponse{200, {}, body.str()};
  }
};

inline exporting::Receiver plain_receiver(platform::HttpClient& http) {
  return {http,
          std::make_unique<PlainProtocol>(),
          [] { return base::Result<exporting::Destination>(exporting::Destination{}); },
          {}};
}

// `power` of one GPU, one value a second; and one `result`, a moment.
class SecondsSource final : public exporting::Source {
 public:
  explicit SecondsSource(std::uint32_t seconds) { grow(seconds); }

  void grow(std::uint32_t seconds) {
    for (; seconds > 0; --seconds) add(0, static_cast<std::int64_t>(samples_.size()) * 1000);
  }
  void add_results() { add_moment(static_cast<std::int64_t>(samples_.size()) * 1000); }
  void add_moment(std::int64_t time_ms) { add(1, time_ms); }

  base::Result<void> read(std::vector<exporting::Sample>& out, std::size_t most, exporting::Place until) override {
    if (broken) return base::failure("the source cannot be read");
    for (; most > 0 && next_ < samples_.size() && samples_[next_].place < until; --most) {
      has_results_ = has_results_ || samples_[next_].series == 1;
      out.push_back(samples_[next_++]);
    }
    return {};
  }
  void rewind() override { next_ = 0; }
  void add_after(const std::string& /*results_note*/) override { add_results(); }

  [[nodiscard]] const std::vector<exporting::Series>& series() const override { return series_; }
  [[nodiscard]] std::size_t regular_series() const override { return 1; }
  [[nodiscard]] std::string run_id() const override { return "run"; }
  [[nodiscard]] std::vector<exporting::Sample> end_markers() const override {
    return {{0, samples_.back().time_ms + 1, exporting::end_of_series(), {}}};
  }
  [[nodiscard]] std::uint64_t count() const override { return next_; }
  [[nodiscard]] bool has_results() const override { return has_results_; }

  bool broken = false;

 private:
  void add(std::uint32_t series, std::int64_t time_ms) {
    samples_.push_back({series,
                        time_ms,
                        100.0 + static_cast<double>(samples_.size()),
                        {samples_.size() / 10, static_cast<std::uint32_t>(samples_.size() % 10)}});
  }

  std::vector<exporting::Series> series_{exporting::make_series("power", {}), exporting::make_series("result", {})};
  std::vector<exporting::Sample> samples_;
  std::size_t next_ = 0;
  bool has_results_ = false;
};

}  // namespace gpubench::support
