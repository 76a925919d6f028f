#include "exporting/read_ahead.h"

#include <utility>
#include <vector>

namespace gpubench::exporting {

void ReadAhead::prepare(Place delivered, const DealtWith& dealt_with) {
  if (next_) return;
  std::vector<Sample> samples;
  Place end;
  do {
    samples.clear();
    const auto read = source_.read(samples, most_, kEverything);
    if (!read) trouble_ = read.error().message;
    source_is_empty_ = samples.empty();
    if (source_is_empty_) return;
    end = after(samples.back());
  } while (end <= delivered);
  behind_ = samples.size() == most_;
  std::erase_if(samples, [&](const Sample& sample) { return sample.place < delivered || dealt_with(sample.place); });
  next_ = Next{make_batch(samples, source_.series(), receiver_), end};
}

void ReadAhead::prepare_if_behind(Place delivered, const DealtWith& dealt_with) {
  if (behind_) prepare(delivered, dealt_with);
}

std::optional<ReadAhead::Next> ReadAhead::take() {
  return std::exchange(next_, std::nullopt);
}

}  // namespace gpubench::exporting
