// How far the benchmark is, by its log, and how long that still takes at the pace so far.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.h"
#include "base/time.h"

namespace gpubench::live {

// "45%|####  |", "progress: 45.2 %", "Epoch 3/10", "[12/100]", "938/938 [====]", "step 5 of 20". A share that is none of
// these (an accuracy, a loss, a date) is not taken for progress.
std::optional<base::Ratio> progress_in(std::string_view line);

class ProgressPace {
 public:
  // A line of the log, or the part of one that has come so far.
  void take(std::string_view line, base::WallTime now);

  // Empty: no line has said so yet.
  [[nodiscard]] std::optional<base::Ratio> share() const { return share_; }
  [[nodiscard]] const std::string& line() const { return line_; }  // that said so
  // "0:12:30 left", and of what, where it began again before; empty: not known yet.
  [[nodiscard]] std::string left_text(base::WallTime now) const;

 private:
  [[nodiscard]] std::optional<base::Duration> left(base::WallTime now) const;

  std::optional<base::Ratio> share_;
  std::string line_;
  base::WallTime newest_;  // when `share_` last grew
  base::WallTime begun_;   // when `first_` was seen
  base::Ratio first_;
  bool began_again_ = false;  // it was further before: a bar of each epoch, say
};

// Of the last run of the same benchmark: "took 0:20:00, so about 0:12:30 left".
std::string expected_text(base::Duration ran, base::Duration last);

// "1:02:03"
std::string duration_text(base::Duration duration);

}  // namespace gpubench::live
