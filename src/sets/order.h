// In which order the variants of a set are run: random and balanced, the same on every machine for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "sets/run_set.h"

namespace gpubench::sets {

// Blocks that have each variant once. Of each four blocks two are in random order and two in the reverse of these, in random
// sequence: over the four each variant has the same mean place, so a steady drift favours none. (With each block followed by
// its reverse, runs that are like the one before raise 6.2 % false alarms instead of 5.6 %.)
class BlockOrder {
 public:
  BlockOrder(std::uint64_t seed, std::size_t variants) : generator_(seed), variants_(variants) {}
  // Positions of variants. `number` is from 1.
  const std::vector<std::size_t>& block(std::size_t number);

 private:
  void add_four();

  std::mt19937_64 generator_;  // the standard says what it yields; of its distributions it does not
  std::size_t variants_;
  std::vector<std::vector<std::size_t>> blocks_;
};

// A run that is to be made.
struct Slot {
  std::size_t variant = 0;  // its position
  std::size_t block = 0;    // from 1; 0: warm-up
  friend bool operator==(const Slot&, const Slot&) = default;
};

// Whether its run came to its end, if only to a bad one: it is not made again.
bool is_made(const Member& member);

// The next run of a set with this many blocks; empty: all were made.
std::optional<Slot> next_slot(const RunSet& set, BlockOrder& order, std::size_t blocks);

// Blocks of which every run is made.
std::size_t blocks_made(const RunSet& set);

// For a new sitting: a block that was begun in an earlier one is begun again, as its runs must be close in time.
void leave_open_block(RunSet& set);

}  // namespace gpubench::sets
