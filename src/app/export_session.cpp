#include "app/export_session.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "exporting/remote_write/remote_write_protocol.h"
#include "exporting/victoriametrics/import_protocol.h"

namespace gpubench::app {
namespace {

constexpr std::size_t kChunk = 20'000;  // samples read back at once: half a megabyte of JSON
constexpr int kMostRounds = 4;          // of reading back one chunk
constexpr base::Duration kSavePeriod = std::chrono::seconds(1);
constexpr base::Duration kReadTime = std::chrono::seconds(20);
constexpr base::Duration kReadPause = std::chrono::seconds(15);
constexpr base::Duration kEndTime = std::chrono::seconds(5);  // for reporting that the series have ended
constexpr base::Duration kEndPause = std::chrono::seconds(2);

// Receivers keep about twelve significant digits.
bool same_value(double sent, double stored) {
  return std::abs(sent - stored) <= 1e-9 * std::max(std::abs(sent), 1.0);
}

std::unique_ptr<exporting::Protocol> make_protocol(exporting::Dialect dialect, exporting::Endpoints endpoints) {
  return dialect == exporting::Dialect::import ? exporting::make_import_protocol(std::move(endpoints))
                                               : exporting::make_remote_write_protocol(std::move(endpoints));
}

}  // namespace

base::Result<std::unique_ptr<ExportSession>> ExportSession::open(const std::filesystem::path& run_directory,
                                                                 const ExportPlan& plan, platform::HttpClient& http,
                                                                 const platform::Clock& clock) {
  auto destination = plan.destination();
  if (!destination) return base::failure(destination.error());
  auto endpoints = exporting::endpoints(*destination, plan.dialect);
  if (!endpoints) return base::failure(endpoints.error());
  auto folder = ExportFolder::open(run_directory);
  if (!folder) return base::failure(folder.error());
  auto progress = (*folder)->load(endpoints->write, std::string(exporting::names_text(plan.names)));
  std::unique_ptr<ExportSession> session(
      new ExportSession(std::move(*folder), *endpoints, plan, *std::move(destination), http, clock, run_directory));
  session->progress_ = std::move(progress);
  session->accepted_at_.emplace_back(clock.now(), session->progress_.delivered);
  return session;
}

ExportSession::ExportSession(std::unique_ptr<ExportFolder> folder, const exporting::Endpoints& endpoints, ExportPlan plan,
                             exporting::Destination destination, platform::HttpClient& http, const platform::Clock& clock,
                             std::filesystem::path run_directory)
    : folder_(std::move(folder)),
      protocol_(make_protocol(plan.dialect, endpoints)),
      end_protocol_(make_protocol(exporting::Dialect::remote_write, {endpoints.end, {}, endpoints.end})),
      plan_(std::move(plan)),
      clock_(clock),
      run_directory_(std::move(run_directory)),
      receiver_(http, *protocol_, plan_.destination, destination),
      end_receiver_(http, *end_protocol_, plan_.destination, std::move(destination)),
      sender_(run_directory_, plan_.names),
      checker_(run_directory_, plan_.names) {}

bool ExportSession::step(base::SteadyTime deadline) {
  settle();
  if (busy()) return advance(deadline);
  if (begin_batch() || end_series(deadline)) return true;
  return check(deadline);
}

std::optional<base::SteadyTime> ExportSession::next_time() const {
  if (busy()) return delivery_->next_try();
  if (!chunk_.empty() || progress_.verified < settled_) return check_at_;
  if (!accepted_at_.empty()) return accepted_at_.front().first + plan_.settle;
  return std::nullopt;
}

void ExportSession::hurry() {
  if (delivery_) delivery_->hurry();
  if (!check_trouble_.empty()) check_at_ = {};
}

void ExportSession::verify_from_start() {
  checker_ = JournalSamples(run_directory_, plan_.names);
  chunk_.clear();
  progress_.verified = {};
  progress_.found = progress_.doubled = progress_.differing = 0;
  missing_ = 0;
}

void ExportSession::add_after(const std::string& results_note) {
  sender_.add_after(results_note);
  checker_.add_after(results_note);
}

bool ExportSession::advance(base::SteadyTime deadline) {
  if (clock_.now() < delivery_->next_try()) return false;
  delivery_->advance(deadline, [this] {
    if (behind_ && !next_) prepare_next();
  });
  if (!delivery_->busy()) commit();
  return true;
}

// Samples that an earlier session dealt with are skipped and counted.
void ExportSession::prepare_next() {
  std::vector<exporting::Sample> samples;
  exporting::Place end;
  do {
    samples.clear();
    const auto read = sender_.read(samples, plan_.batch);
    if (!read) journal_trouble_ = read.error().message;
    idle_ = samples.empty();
    if (idle_) return;
    end = {samples.back().place.record, samples.back().place.position + 1};
  } while (end <= progress_.delivered);
  behind_ = samples.size() == plan_.batch;
  std::erase_if(samples, [&](const exporting::Sample& sample) {
    return sample.place < progress_.delivered || folder_->quarantined().contains(sample.place);
  });
  next_ = NextBatch{exporting::make_batch(samples, sender_.series(), receiver_), end};
}

bool ExportSession::begin_batch() {
  if (!next_) prepare_next();
  if (!next_) return false;
  if (!delivery_) delivery_.emplace(receiver_, clock_, sender_.run().facts->run_id, plan_.limits);
  batch_end_ = next_->end;
  batch_size_ = next_->batch.samples.size();
  repairing_ = false;
  delivery_->begin(std::move(next_->batch), sender_.series());
  next_.reset();
  if (!delivery_->busy()) commit();  // nothing of it was left
  return true;
}

void ExportSession::commit() {
  const auto& refused = delivery_->refused();
  if (!refused.empty())
    if (const auto kept = folder_->quarantine(progress_.destination, refused); !kept) state_trouble_ = kept.error().message;
  if (repairing_) {
    progress_.resent += batch_size_ - refused.size();
    progress_.accepted -= std::min<std::uint64_t>(progress_.accepted, refused.size());
    std::erase_if(chunk_, [&](const exporting::Sample& sample) { return folder_->quarantined().contains(sample.place); });
    check_at_ = clock_.now() + plan_.settle;
    return;
  }
  progress_.accepted += batch_size_ - refused.size();
  progress_.delivered = batch_end_;
  accepted_at_.emplace_back(clock_.now(), batch_end_);
  save(false);
}

void ExportSession::save(bool now) {
  if (!now && clock_.now() < saved_at_ + kSavePeriod) return;
  saved_at_ = clock_.now();
  if (const auto saved = folder_->save(progress_); !saved) state_trouble_ = saved.error().message;
}

void ExportSession::settle() {
  while (!accepted_at_.empty() && clock_.now() >= accepted_at_.front().first + plan_.settle) {
    settled_ = std::max(settled_, accepted_at_.front().second);
    accepted_at_.pop_front();
  }
}

// Reports to the server once, when all was sent, that the series have ended. No sample depends on it: a server that does not
// accept it is not asked again.
bool ExportSession::end_series(base::SteadyTime deadline) {
  if (progress_.ended || !sender_.has_results() || clock_.now() < end_at_) return false;
  end_at_ = clock_.now() + kEndPause;
  const base::Duration time = std::clamp<base::Duration>(deadline - clock_.now(), std::chrono::milliseconds(1), kEndTime);
  const exporting::Attempt attempt = end_receiver_.write(end_receiver_.pack(sender_.end_markers(), sender_.series()), time);
  if (attempt.verdict == exporting::Verdict::setup) end_receiver_.renew();
  if (attempt.verdict == exporting::Verdict::setup || attempt.verdict == exporting::Verdict::later) return false;
  progress_.ended = true;
  save(true);
  return true;
}

// The next samples to be read back; false: there are none by now.
bool ExportSession::take_chunk() {
  while (progress_.verified < settled_) {
    std::vector<exporting::Sample> read;
    static_cast<void>(checker_.read(read, kChunk, settled_));
    if (read.empty()) {
      progress_.verified = settled_;
      return false;
    }
    chunk_end_ = {read.back().place.record, read.back().place.position + 1};
    std::erase_if(read, [&](const exporting::Sample& sample) {
      return sample.place < progress_.verified || folder_->quarantined().contains(sample.place);
    });
    if (read.empty()) continue;
    chunk_ = std::move(read);
    chunk_rounds_ = 0;
    return true;
  }
  return false;
}

bool ExportSession::check(base::SteadyTime deadline) {
  if (clock_.now() < check_at_) return false;
  if (chunk_.empty() && !take_chunk()) return false;
  chunk_found_ = chunk_doubled_ = chunk_differing_ = 0;
  std::vector<exporting::Sample> missing;
  if (!check_group(true, deadline, missing) || !check_group(false, deadline, missing)) {
    check_at_ = clock_.now() + kReadPause;
    return false;
  }
  check_trouble_.clear();
  if (missing.empty() || ++chunk_rounds_ >= kMostRounds) {
    chunk_done(missing.size());
    return true;
  }
  if (!delivery_) delivery_.emplace(receiver_, clock_, checker_.run().facts->run_id, plan_.limits);
  repairing_ = true;
  batch_size_ = missing.size();
  delivery_->begin(exporting::make_batch(missing, checker_.series(), receiver_), checker_.series());
  return true;
}

// Regular series of a chunk lie within a short time; the others are few, may be of any time of the run, and are asked for by
// themselves.
bool ExportSession::check_group(bool regular, base::SteadyTime deadline, std::vector<exporting::Sample>& missing) {
  std::vector<exporting::Sample> wanted;
  std::copy_if(chunk_.begin(), chunk_.end(), std::back_inserter(wanted),
               [&](const exporting::Sample& sample) { return (sample.series < checker_.regular_series()) == regular; });
  if (wanted.empty()) return true;
  const auto [first, last] =
      std::minmax_element(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
  const base::Duration time = std::clamp<base::Duration>(deadline - clock_.now(), std::chrono::milliseconds(1), kReadTime);
  const auto stored = receiver_.read(
      {checker_.run().facts->run_id, exporting::names_in(wanted, checker_.series()), first->time_ms, last->time_ms}, time);
  if (!stored) {
    check_trouble_ = stored.error().message;
    return false;
  }
  compare(*stored, wanted, missing);
  return true;
}

void ExportSession::compare(const exporting::Stored& stored, const std::vector<exporting::Sample>& wanted,
                            std::vector<exporting::Sample>& missing) {
  std::vector<const exporting::StoredSeries*> by_position(checker_.series().size(), nullptr);
  for (std::size_t i = 0; i < by_position.size(); ++i)
    if (const auto found = stored.find(checker_.series()[i].json()); found != stored.end()) by_position[i] = &found->second;
  for (const exporting::Sample& sample : wanted) {
    const exporting::StoredSeries* series = by_position[sample.series];
    const auto values = series == nullptr ? exporting::StoredSeries::const_iterator() : series->find(sample.time_ms);
    if (series == nullptr || values == series->end()) {
      missing.push_back(sample);
      continue;
    }
    const bool same = std::any_of(values->second.begin(), values->second.end(),
                                  [&](double value) { return same_value(sample.value, value); });
    ++(same ? chunk_found_ : chunk_differing_);
    chunk_doubled_ += values->second.size() - 1;
  }
}

void ExportSession::chunk_done(std::size_t missing) {
  missing_ += missing;
  progress_.found += chunk_found_;
  progress_.doubled += chunk_doubled_;
  progress_.differing += chunk_differing_;
  progress_.verified = chunk_end_;
  chunk_.clear();
  save(false);
}

record::ExportRecord ExportSession::conclude() {
  save(true);
  std::vector<exporting::Sample> rest;
  do {
    rest.clear();
  } while (sender_.read(rest, plan_.batch) && !rest.empty());
  record::ExportRecord record;
  record.requested = true;
  record.destination = progress_.destination;
  record.recorded = sender_.count();
  record.accepted = progress_.accepted;
  record.verified = progress_.found;
  record.quarantined = folder_->quarantined().size();
  record.pending = record.recorded - std::min(record.recorded, record.accepted + record.quarantined);
  record.reason = shortfall(record);
  if (const auto saved = folder_->save_outcome(record); !saved) record.reason += "; " + saved.error().message;
  return record;
}

std::string ExportSession::shortfall(const record::ExportRecord& record) const {
  std::string text;
  const auto add = [&](bool is_so, const std::string& words) {
    if (is_so) base::add_item(text, words);
  };
  const std::string trouble = delivery_ ? delivery_->trouble() : "";
  add(record.pending > 0,
      std::to_string(record.pending) + " values wait to be sent" + (trouble.empty() ? "" : ": " + trouble));
  add(record.quarantined > 0, std::to_string(record.quarantined) + " were refused (export/quarantine.jsonl)");
  add(missing_ > 0, std::to_string(missing_) + " were accepted and not found");
  add(progress_.differing > 0, std::to_string(progress_.differing) + " are stored with another value");
  const bool unverified = record.verified + missing_ + progress_.differing < record.accepted;
  add(unverified, std::to_string(record.accepted - record.verified) + " are not yet read back" +
                      (check_trouble_.empty() ? "" : ": " + check_trouble_));
  add(progress_.doubled > 0, std::to_string(progress_.doubled) +
                                 " are stored more than once (start VictoriaMetrics with -dedup.minScrapeInterval=1ms)");
  add(!state_trouble_.empty(), state_trouble_);
  add(!journal_trouble_.empty(), journal_trouble_);
  return text;
}

}  // namespace gpubench::app
