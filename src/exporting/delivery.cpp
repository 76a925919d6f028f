#include "exporting/delivery.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "base/text.h"
#include "exporting/answer.h"

namespace gpubench::exporting {
namespace {

constexpr std::size_t kAnswerKept = 1024;
// As many as a slow line (100 kbit/s) carries in the time that a request may take.
constexpr std::size_t kSurelyInTime = 10'000;

// Sorted, what is equal in its order: of few series, so that each has its part of the whole.
std::vector<Sample> by_series(std::span<const Sample> samples, std::size_t series) {
  std::vector<std::size_t> next(series + 1);
  for (const Sample& sample : samples) ++next[sample.series + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<Sample> sorted(samples.size());
  for (const Sample& sample : samples) sorted[next[sample.series]++] = sample;
  return sorted;
}

bool is_stored(const Stored& stored, const std::string& series, const Sample& sample) {
  const auto found = stored.find(series);
  return found != stored.end() && found->second.contains(sample.time_ms);
}

}  // namespace

ReadBackRange range_of(const std::string& run_id, std::span<const Sample> samples, const std::vector<Series>& series) {
  std::set<std::string> names;
  for (const Sample& sample : samples) names.insert(series[sample.series].name);
  const auto [first, last] = std::minmax_element(samples.begin(), samples.end(),
                                                 [](const Sample& a, const Sample& b) { return a.time_ms < b.time_ms; });
  return {run_id, {names.begin(), names.end()}, first->time_ms, last->time_ms};
}

std::vector<std::vector<Sample>> near_in_time(std::vector<Sample> samples) {
  constexpr std::int64_t kShortGap = 60'000;  // milliseconds
  std::stable_sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.time_ms < b.time_ms; });
  std::vector<std::vector<Sample>> groups;
  std::vector<std::span<const Sample>> left;
  if (!samples.empty()) left.emplace_back(samples);
  while (!left.empty()) {
    const std::span<const Sample> group = left.back();
    left.pop_back();
    const std::int64_t most = std::max(kShortGap, (group.back().time_ms - group.front().time_ms) / 2);
    const auto gap = std::adjacent_find(group.begin(), group.end(),
                                        [&](const Sample& a, const Sample& b) { return b.time_ms - a.time_ms > most; });
    if (gap == group.end()) {
      groups.emplace_back(group.begin(), group.end());
      continue;
    }
    const auto first = static_cast<std::size_t>(gap - group.begin()) + 1;
    left.push_back(group.subspan(first));
    left.push_back(group.first(first));
  }
  return groups;
}

Batch make_batch(std::span<const Sample> samples, const std::vector<Series>& series, const Receiver& receiver) {
  Batch batch{by_series(samples, series.size()), {}};
  batch.request = receiver.pack(batch.samples, series);
  return batch;
}

Delivery::Delivery(Receiver& receiver, const platform::Clock& clock, DeliveryLimits limits)
    : receiver_(receiver), clock_(clock), limits_(limits), backoff_(clock, limits.pauses) {}

void Delivery::begin(Batch batch, const std::vector<Series>& series, const std::string& run_id) {
  run_id_ = run_id;
  batch_ = std::move(batch.samples);
  whole_ = std::move(batch.request);
  series_ = &series;
  refused_.clear();
  any_accepted_ = server_errors_count_ = read_back_ = false;
  row_ = 0;
  work_.clear();
  if (!batch_.empty()) work_.push_back({0, batch_.size()});
}

Attempt Delivery::write(const Range& range, base::SteadyTime deadline, const std::function<void()>& meanwhile) {
  ++requests_;
  const base::Duration time = time_until(deadline, clock_.now(), limits_.request_time);
  const bool is_whole = whole_ && range.size() == batch_.size();
  platform::HttpRequest request =
      is_whole ? *whole_ : receiver_.pack(std::span(batch_).subspan(range.first, range.size()), *series_);
  request.meanwhile = meanwhile;
  return receiver_.write(std::move(request), time);
}

void Delivery::advance(base::SteadyTime deadline, const std::function<void()>& meanwhile) {
  if (work_.empty()) return;
  backoff_.tried();
  const Range range = work_.back();
  const Attempt attempt = write(range, deadline, meanwhile);
  switch (attempt.verdict) {
    case Verdict::accepted:
      take_accepted(range);
      break;
    case Verdict::later:
      take_later(range, attempt, deadline);
      break;
    case Verdict::setup:
      start_over(attempt.words);
      break;
    case Verdict::refused:
      take_refused(range, attempt, deadline);
      break;
    case Verdict::perhaps_stored:
      leave_out_stored(range, attempt, deadline);
      break;
  }
  if (work_.empty()) conclude(deadline);
}

void Delivery::take_accepted(const Range& range) {
  work_.pop_back();
  if (!any_accepted_) reconsider();
  any_accepted_ = true;
  backoff_.succeeded();
  row_ = 0;
  trouble_.clear();
  const Sample& sample = batch_[range.last - 1];
  known_ = Known{(*series_)[sample.series], sample};
}

// What was refused before any sample of the batch was accepted may have been the server's fault.
void Delivery::reconsider() {
  for (const RefusedSample& one : refused_) {
    const auto found =
        std::find_if(batch_.begin(), batch_.end(), [&](const Sample& sample) { return sample.place == one.sample.place; });
    const auto at = static_cast<std::size_t>(found - batch_.begin());
    work_.insert(work_.begin(), {at, at + 1});
  }
  refused_.clear();
}

void Delivery::take_later(const Range& range, const Attempt& attempt, base::SteadyTime deadline) {
  trouble_ = attempt.words;
  unanswered_ = true;
  const bool about_the_batch =
      attempt.status >= 500 && (server_errors_count_ || backoff_.failures() + 1 >= limits_.failures_before_probe);
  // Halving uses what is known; before a single sample is blamed, the server is asked once more.
  if (about_the_batch && ((server_errors_count_ && range.size() > 1) || probe(deadline))) {
    server_errors_count_ = true;
    take_refused(range, attempt, deadline);
    return;
  }
  if (attempt.status == 0 && range.size() > kSurelyInTime) split(range);
  backoff_.pause(attempt.wait);
}

void Delivery::take_refused(const Range& range, const Attempt& attempt, base::SteadyTime deadline) {
  backoff_.succeeded();
  if (range.size() > 1) {
    split(range);
    return;
  }
  work_.pop_back();
  suspect(batch_[range.first], attempt);
  if (!any_accepted_ && refused_.size() == limits_.refused_in_a_row && !probe(deadline)) {
    start_over(attempt.words);
    return;
  }
  if (row_ >= limits_.refused_in_a_row) give_up_series(attempt);
}

void Delivery::split(const Range& range) {
  const std::size_t middle = range.first + range.size() / 2;
  work_.back() = {middle, range.last};
  work_.push_back({range.first, middle});
}

void Delivery::suspect(const Sample& sample, const Attempt& attempt) {
  const std::string series = (*series_)[sample.series].json();
  row_ = !refused_.empty() && refused_.back().series == series ? row_ + 1 : 1;
  refused_.push_back({sample, series, attempt.status, base::excerpt(attempt.body, kAnswerKept)});
}

// The rest of the series whose samples were refused one by one. The batch is in the order of series.
void Delivery::give_up_series(const Attempt& attempt) {
  const std::uint32_t series = refused_.back().sample.series;
  while (!work_.empty() && batch_[work_.back().first].series == series) {
    Range& range = work_.back();
    while (range.first < range.last && batch_[range.first].series == series) suspect(batch_[range.first++], attempt);
    if (range.first == range.last) work_.pop_back();
  }
}

// A receiver that accepts each time of a series only once refuses what it has; what it lacks is sent again.
void Delivery::leave_out_stored(const Range& range, const Attempt& attempt, base::SteadyTime deadline) {
  if (read_back_) {
    take_refused(range, attempt, deadline);
    return;
  }
  std::vector<Sample> left;
  std::for_each(work_.rbegin(), work_.rend(), [&](const Range& part) {
    for (std::size_t i = part.first; i < part.last; ++i) left.push_back(batch_[i]);
  });
  const auto stored = read(std::move(left));
  read_back_ = true;
  if (!stored) {  // a receiver that does not say: what may have been accepted counts as accepted, and will not be verified
    if (unanswered_) {
      take_accepted(range);
    } else {
      take_refused(range, attempt, deadline);
    }
    return;
  }
  take_out(*stored);
  trouble_.clear();
}

base::Result<Stored> Delivery::read(std::vector<Sample> samples) {
  Stored all;
  for (const std::vector<Sample>& group : near_in_time(std::move(samples))) {
    auto stored = receiver_.read(range_of(run_id_, group, *series_), limits_.request_time);
    if (!stored) return stored;
    for (auto& [series, values] : *stored) all[series].merge(values);
  }
  return all;
}

// What is stored counts as accepted. All else stays in the batch: what was refused may have to be sent once more.
void Delivery::take_out(const Stored& stored) {
  std::vector<bool> is_open(batch_.size());
  for (const Range& part : work_) std::fill_n(is_open.begin() + static_cast<std::ptrdiff_t>(part.first), part.size(), true);
  std::vector<Sample> batch;
  std::vector<Range> work;
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    if (is_open[i] && is_stored(stored, (*series_)[batch_[i].series].json(), batch_[i])) continue;
    if (is_open[i] && (work.empty() || work.back().last != batch.size())) work.push_back({batch.size(), batch.size()});
    batch.push_back(batch_[i]);
    if (is_open[i]) work.back().last = batch.size();
  }
  any_accepted_ = any_accepted_ || batch.size() < batch_.size();
  batch_ = std::move(batch);
  whole_.reset();
  work_.assign(work.rbegin(), work.rend());
}

void Delivery::conclude(base::SteadyTime deadline) {
  if (refused_.empty() || any_accepted_ || probe(deadline)) {
    unanswered_ = false;
    return;
  }
  start_over("nothing of a batch was accepted: HTTP " + std::to_string(refused_.back().status) + " " +
             refused_.back().answer);
}

// Nothing seems wrong with the samples: all of the batch waits, and the login is read again.
void Delivery::start_over(const std::string& why) {
  trouble_ = why;
  receiver_.renew();
  if (!any_accepted_) {
    refused_.clear();
    work_.assign(1, {0, batch_.size()});
  }
  backoff_.pause_for(limits_.setup_pause);
}

bool Delivery::probe(base::SteadyTime deadline) {
  if (!known_) return false;
  ++requests_;
  Sample sample = known_->sample;
  sample.series = 0;
  const base::Duration time = time_until(deadline, clock_.now(), limits_.request_time);
  const Attempt attempt = receiver_.write(receiver_.pack({&sample, 1}, {&known_->series, 1}), time);
  return attempt.verdict == Verdict::accepted || attempt.verdict == Verdict::perhaps_stored;
}

}  // namespace gpubench::exporting
