#include "exporting/settling.h"

#include <algorithm>

namespace gpubench::exporting {

void Settling::advance(base::SteadyTime now) {
  for (; !waiting_.empty() && now >= waiting_.front().first; waiting_.pop_front())
    settled_ = std::max(settled_, waiting_.front().second);
}

std::optional<base::SteadyTime> Settling::next() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.front().first);
}

}  // namespace gpubench::exporting
