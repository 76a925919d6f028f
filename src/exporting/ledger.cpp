#include "exporting/ledger.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.h"

namespace gpubench::exporting {
namespace {

constexpr base::Duration kSavePeriod = std::chrono::seconds(1);

std::string because(const std::string& trouble) {
  return trouble.empty() ? "" : ": " + trouble;
}

}  // namespace

Ledger::Ledger(std::unique_ptr<StateFolder> folder, State state, const platform::Clock& clock)
    : folder_(std::move(folder)), state_(std::move(state)), clock_(clock) {}

void Ledger::sent(Place end, std::size_t samples, const std::vector<RefusedSample>& refused) {
  quarantine(refused);
  state_.accepted += samples - refused.size();
  state_.delivered = end;
  save_now_and_then();
}

void Ledger::sent_again(std::size_t samples, const std::vector<RefusedSample>& refused) {
  quarantine(refused);
  state_.resent += samples - refused.size();
  state_.accepted -= std::min<std::uint64_t>(state_.accepted, refused.size());
}

void Ledger::verified(Place end, const Comparison& found) {
  missing_ += found.missing.size();
  state_.found += found.same;
  state_.doubled += found.doubled;
  state_.differing += found.differing;
  state_.verified = end;
  save_now_and_then();
}

void Ledger::verify_from_start() {
  state_.verified = {};
  state_.found = state_.doubled = state_.differing = 0;
  missing_ = 0;
}

void Ledger::series_ended() {
  state_.ended = true;
  save();
}

void Ledger::quarantine(const std::vector<RefusedSample>& refused) {
  if (refused.empty()) return;
  if (const auto kept = folder_->quarantine(state_.destination, refused); !kept) trouble_ = kept.error().message;
}

void Ledger::save_now_and_then() {
  if (clock_.now() >= saved_at_ + kSavePeriod) save();
}

void Ledger::save() {
  saved_at_ = clock_.now();
  if (const auto saved = folder_->save(state_); !saved) trouble_ = saved.error().message;
}

record::ExportRecord Ledger::conclude(std::uint64_t recorded, const Troubles& troubles) {
  save();
  record::ExportRecord record;
  record.requested = true;
  record.destination = state_.destination;
  record.recorded = recorded;
  record.accepted = state_.accepted;
  record.verified = state_.found;
  record.quarantined = folder_->quarantined().size();
  record.pending = record.recorded - std::min(record.recorded, record.accepted + record.quarantined);
  record.reason = shortfall(record, troubles);
  if (const auto saved = folder_->save_outcome(record); !saved) base::add_item(record.reason, saved.error().message);
  return record;
}

std::string Ledger::shortfall(const record::ExportRecord& record, const Troubles& troubles) const {
  std::string text;
  const auto add = [&](bool is_so, const std::string& words) {
    if (is_so) base::add_item(text, words);
  };
  add(record.pending > 0, std::to_string(record.pending) + " values wait to be sent" + because(troubles.sending));
  add(record.quarantined > 0, std::to_string(record.quarantined) + " were refused (export/quarantine.jsonl)");
  add(missing_ > 0, std::to_string(missing_) + " were accepted but not found in the database");
  add(state_.differing > 0, std::to_string(state_.differing) + " are stored with a different value");
  const bool unverified = record.verified + missing_ + state_.differing < record.accepted;
  add(unverified,
      std::to_string(record.accepted - record.verified) + " are not yet read back" + because(troubles.reading_back));
  add(state_.doubled > 0, std::to_string(state_.doubled) +
                              " are stored more than once (start VictoriaMetrics with -dedup.minScrapeInterval=1ms)");
  add(!trouble_.empty(), trouble_);
  add(!troubles.source.empty(), troubles.source);
  return text;
}

}  // namespace gpubench::exporting
