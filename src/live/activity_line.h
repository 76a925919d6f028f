// What a GPU was doing, in a few words.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "meter/reading.h"
#include "record/progress.h"

namespace gpubench::live {

// "SM 95 %, tensor 92 %, memory 17 %"; without what the board does not report; empty: it reports none.
inline std::string activity_text(const meter::Activity& activity) {
  std::string text;
  const auto add = [&](std::string_view name, const meter::Field<base::Ratio>& share) {
    if (share) text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", name, share->percent());
  };
  add("SM", activity.sm);
  add("tensor", activity.tensor);
  add("FP32", activity.fp32);
  add("memory", activity.memory);
  return text;
}

// Of the latest readings, a line for each GPU that has some; may be empty.
inline std::string activity_lines(const std::vector<meter::GpuDescription>& gpus, const record::Progress& progress) {
  std::string lines;
  for (std::size_t i = 0; i < std::min(gpus.size(), progress.readings.size()); ++i) {
    const std::string text = activity_text(progress.readings[i].activity);
    if (!text.empty()) lines += fmt::format("Activity of GPU {}: {}\n", gpus[i].index, text);
  }
  return lines;
}

}  // namespace gpubench::live
