#include "live/progress_pace.h"

#include <algorithm>

#include "live/drawing.h"
#include "live/log_progress.h"

namespace gpubench::live {

void ProgressPace::take(std::string_view line, base::WallTime now) {
  if (line.empty()) return;
  const auto found = progress_in(line);
  if (!found) return;
  line_ = line;
  const bool begins = !share_ || found->fraction() < share_->fraction();
  if (begins) {
    began_again_ = share_.has_value();
    begun_ = now;
    first_ = *found;
  }
  if (begins || found->fraction() > share_->fraction()) newest_ = now;
  share_ = found;
}

std::optional<base::Duration> ProgressPace::left(base::WallTime now) const {
  constexpr double kLeastShare = 0.01;  // less says nothing about the pace
  constexpr double kLeastSeconds = 1;
  if (!share_ || share_->fraction() >= 1) return std::nullopt;
  const double grown = share_->fraction() - first_.fraction();
  const double seconds = base::to_seconds(newest_ - begun_);
  if (grown < kLeastShare || seconds < kLeastSeconds) return std::nullopt;
  const base::Duration whole = base::from_seconds(seconds * (1 - share_->fraction()) / grown);
  const base::Duration rest = whole - (now - newest_);
  return rest > base::Duration{} ? std::optional(rest) : std::nullopt;  // later than expected: nothing is known of the rest
}

std::string ProgressPace::left_text(base::WallTime now) const {
  const auto rest = left(now);
  if (!rest) return {};
  return "about " + duration_text(*rest) + (began_again_ ? " left of this part" : " left");
}

std::string expected_text(base::Duration ran, base::Duration last) {
  if (ran >= last) return "took " + duration_text(last) + "; this one is longer";
  return "took " + duration_text(last) + ", so about " + duration_text(last - ran) + " left";
}

}  // namespace gpubench::live
