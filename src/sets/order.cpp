#include "sets/order.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace gpubench::sets {
namespace {

// From 0 to `most`, each as likely as the others.
std::size_t draw(std::mt19937_64& generator, std::size_t most) {
  const std::uint64_t values = most + 1;
  const std::uint64_t whole = std::numeric_limits<std::uint64_t>::max() / values * values;
  for (;;)
    if (const std::uint64_t drawn = generator(); drawn < whole) return drawn % values;
}

// As std::shuffle, whose result each library is free to choose.
template <class T>
void shuffle(std::vector<T>& items, std::mt19937_64& generator) {
  for (std::size_t last = items.size(); last > 1; --last) std::swap(items[last - 1], items[draw(generator, last - 1)]);
}

bool has_reason(const Member& member, std::string_view reason) {
  return std::find(member.reasons.begin(), member.reasons.end(), reason) != member.reasons.end();
}

std::size_t made(const RunSet& set, std::size_t variant, std::size_t block) {
  return static_cast<std::size_t>(std::count_if(set.members.begin(), set.members.end(), [&](const Member& member) {
    return member.block == block && member.variant == set.variants[variant].name && is_made(member);
  }));
}

bool is_block_made(const RunSet& set, std::size_t block) {
  for (std::size_t variant = 0; variant < set.variants.size(); ++variant)
    if (made(set, variant, block) == 0) return false;
  return true;
}

}  // namespace

const std::vector<std::size_t>& BlockOrder::block(std::size_t number) {
  while (blocks_.size() < number) add_four();
  return blocks_.at(number - 1);
}

void BlockOrder::add_four() {
  std::vector<std::vector<std::size_t>> four;
  while (four.size() < 4) {
    std::vector<std::size_t> order(variants_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    shuffle(order, generator_);
    four.push_back(order);
    std::reverse(order.begin(), order.end());
    four.push_back(std::move(order));
  }
  shuffle(four, generator_);
  for (std::vector<std::size_t>& block : four) blocks_.push_back(std::move(block));
}

bool is_made(const Member& member) {
  if (member.role != Role::excluded) return true;
  return !has_reason(member, kInterrupted) && !has_reason(member, kNotFinished) && !has_reason(member, kBlockNotFinished);
}

std::optional<Slot> next_slot(const RunSet& set, BlockOrder& order, std::size_t blocks) {
  for (std::size_t variant = 0; variant < set.variants.size(); ++variant)
    if (made(set, variant, 0) < set.options.warmup) return Slot{variant, 0};
  for (std::size_t block = blocks_made(set) + 1; block <= blocks; ++block)
    for (const std::size_t variant : order.block(block))
      if (made(set, variant, block) == 0) return Slot{variant, block};
  return std::nullopt;
}

std::size_t blocks_made(const RunSet& set) {
  std::size_t block = 0;
  while (is_block_made(set, block + 1)) ++block;
  return block;
}

void leave_open_block(RunSet& set) {
  const std::size_t open = blocks_made(set) + 1;
  for (Member& member : set.members) {
    if (member.block != open || !is_made(member)) continue;
    member.role = Role::excluded;
    member.reasons.emplace_back(kBlockNotFinished);
  }
}

}  // namespace gpubench::sets
