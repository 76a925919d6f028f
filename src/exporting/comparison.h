// What a database has stored beside what it was sent.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "exporting/protocol.h"
#include "exporting/sample.h"

namespace gpubench::exporting {

struct Comparison {
  std::size_t same = 0;
  std::size_t differing = 0;  // stored with another value
  std::size_t doubled = 0;    // stored more often than once
  std::vector<Sample> missing;
};

// Adds what comes of `wanted`, samples of `series`.
void compare(const Stored& stored, std::span<const Sample> wanted, const std::vector<Series>& series, Comparison& result);

}  // namespace gpubench::exporting
