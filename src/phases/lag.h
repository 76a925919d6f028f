// How long power samples come after what the marks' clock says, found at marks where the power changes.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.h"

namespace gpubench::phases {

struct Lag {
  base::Duration value{};
  base::Duration standard{};   // standard uncertainty
  std::size_t marks = 0;       // at which it was found; 0: it is what is usual on such a board
  bool synchronised = true;    // false: work of the GPU goes on after marks, or its begin varies
  base::Duration spread{};     // between those marks
  std::size_t late_marks = 0;  // after which the GPU worked on for more than 120 ms
};

// When the power changes at one mark whose two sides are flat and clearly apart.
struct EdgeLags {
  double watts = 0;                             // of the change
  std::optional<base::Duration> lag = {};       // within 100 ms of the mark
  std::optional<base::Duration> wide_lag = {};  // of a fall, within half a second
};

// What counts as the mark's own time, around it; the sides lie beyond.
inline constexpr base::Duration kBefore = std::chrono::milliseconds(20);
inline constexpr base::Duration kAfter = std::chrono::milliseconds(100);
inline constexpr base::Duration kWideAfter = std::chrono::milliseconds(500);

// Collects the lags of the strong marks of one GPU.
class LagFinder {
 public:
  explicit LagFinder(const Lag& usual) : usual_(usual) {}
  void add(const EdgeLags& edge);
  [[nodiscard]] Lag find() const;

 private:
  struct Found {
    double seconds;
    double watts;
  };
  Lag usual_;
  std::vector<Found> found_;
  std::size_t falls_ = 0;
  std::size_t late_falls_ = 0;
};

}  // namespace gpubench::phases
