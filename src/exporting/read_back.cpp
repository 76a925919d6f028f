#include "exporting/read_back.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exporting/delivery.h"

namespace gpubench::exporting {
namespace {

constexpr std::size_t kChunk = 20'000;  // samples read back at once: half a megabyte of JSON
constexpr int kMostRounds = 4;          // of reading back one chunk
constexpr base::Duration kReadTime = std::chrono::seconds(20);
constexpr base::Duration kReadPause = std::chrono::seconds(15);
constexpr base::Duration kDoubtPause = std::chrono::seconds(1);

}  // namespace

ReadBack::ReadBack(Source& source, Receiver& receiver, Ledger& ledger, const platform::Clock& clock, base::Duration doubt)
    : source_(source), receiver_(receiver), ledger_(ledger), clock_(clock), doubt_(doubt) {}

ReadBack::Step ReadBack::step(Place settled, base::SteadyTime deadline) {
  if (clock_.now() < next_try_) return Step::nothing;
  if (chunk_.empty() && !take_chunk(settled)) return Step::nothing;
  comparison_ = {};
  if (const auto compared = compare_chunk(deadline); !compared) {
    trouble_ = compared.error().message;
    next_try_ = clock_.now() + kReadPause;
    return Step::nothing;
  }
  trouble_.clear();
  in_doubt_ = !comparison_.missing.empty() && clock_.now() < sure_at_;
  if (in_doubt_) {
    next_try_ = std::min(sure_at_, clock_.now() + kDoubtPause);
    return Step::nothing;
  }
  if (!comparison_.missing.empty() && ++rounds_ < kMostRounds) return Step::repair;
  ledger_.verified(chunk_end_, comparison_);
  chunk_.clear();
  return Step::done;
}

// False: nothing more has settled by now.
bool ReadBack::take_chunk(Place settled) {
  while (ledger_.state().verified < settled) {
    std::vector<Sample> read;
    static_cast<void>(source_.read(read, kChunk, settled));
    if (read.empty()) {
      ledger_.verified(settled, {});
      return false;
    }
    chunk_end_ = after(read.back());
    std::erase_if(read, [&](const Sample& sample) {
      return sample.place < ledger_.state().verified || ledger_.is_refused(sample.place);
    });
    if (read.empty()) continue;
    chunk_ = std::move(read);
    rounds_ = 0;
    sure_at_ = clock_.now() + doubt_;
    return true;
  }
  return false;
}

// Regular series of a chunk lie within a short time; the others are few, may be of any time of the run, and are asked for by
// themselves.
base::Result<void> ReadBack::compare_chunk(base::SteadyTime deadline) {
  std::vector<Sample> regular;
  std::vector<Sample> others;
  std::partition_copy(chunk_.begin(), chunk_.end(), std::back_inserter(regular), std::back_inserter(others),
                      [&](const Sample& sample) { return sample.series < source_.regular_series(); });
  if (auto compared = compare_group(regular, deadline); !compared) return compared;
  for (const std::vector<Sample>& group : near_in_time(std::move(others)))
    if (auto compared = compare_group(group, deadline); !compared) return compared;
  return {};
}

base::Result<void> ReadBack::compare_group(std::span<const Sample> wanted, base::SteadyTime deadline) {
  if (wanted.empty()) return {};
  const base::Duration time = time_until(deadline, clock_.now(), kReadTime);
  const auto stored = receiver_.read(range_of(source_.run_id(), wanted, source_.series()), time);
  if (!stored) return base::failure(stored.error());
  compare(*stored, wanted, source_.series(), comparison_);
  return {};
}

void ReadBack::repaired(base::SteadyTime time) {
  std::erase_if(chunk_, [&](const Sample& sample) { return ledger_.is_refused(sample.place); });
  next_try_ = time;
  sure_at_ = time + doubt_;
}

std::optional<base::SteadyTime> ReadBack::next_time(Place settled) const {
  const bool waits = !chunk_.empty() || ledger_.state().verified < settled;
  return waits ? std::optional(next_try_) : std::nullopt;
}

void ReadBack::hurry() {
  if (!trouble_.empty()) next_try_ = {};
}

void ReadBack::start_over() {
  source_.rewind();
  chunk_.clear();
  in_doubt_ = false;
  ledger_.verify_from_start();
}

}  // namespace gpubench::exporting
