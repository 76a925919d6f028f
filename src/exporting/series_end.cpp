#include "exporting/series_end.h"

#include <chrono>
#include <utility>

namespace gpubench::exporting {
namespace {

constexpr base::Duration kEndTime = std::chrono::seconds(5);
constexpr base::Duration kEndPause = std::chrono::seconds(2);

}  // namespace

SeriesEnd::SeriesEnd(Source& source, Receiver receiver, Ledger& ledger, const platform::Clock& clock)
    : source_(source), receiver_(std::move(receiver)), ledger_(ledger), clock_(clock) {}

bool SeriesEnd::tell(base::SteadyTime deadline) {
  if (ledger_.state().ended || !source_.has_results() || clock_.now() < next_try_) return false;
  next_try_ = clock_.now() + kEndPause;
  const base::Duration time = time_until(deadline, clock_.now(), kEndTime);
  const Attempt attempt = receiver_.write(receiver_.pack(source_.end_markers(), source_.series()), time);
  if (attempt.verdict == Verdict::setup) receiver_.renew();
  if (attempt.verdict == Verdict::setup || attempt.verdict == Verdict::later) return false;
  ledger_.series_ended();
  return true;
}

}  // namespace gpubench::exporting
