#include "meter/throttle_reasons.h"

#include <algorithm>

namespace gpubench::meter {
namespace {

const ThrottleReason* reason_of(std::string_view name) {
  const auto* const reason = std::find_if(kThrottleReasons.begin(), kThrottleReasons.end(),
                                          [&](const ThrottleReason& one) { return one.name == name; });
  return reason == kThrottleReasons.end() ? nullptr : reason;
}

}  // namespace

std::string_view throttle_reason_name(std::uint64_t bit) {
  const auto* const reason = std::find_if(kThrottleReasons.begin(), kThrottleReasons.end(),
                                          [&](const ThrottleReason& one) { return one.bit == bit; });
  return reason == kThrottleReasons.end() ? std::string_view() : reason->name;
}

std::string_view throttle_reason_literal(std::string_view name) {
  const ThrottleReason* const reason = reason_of(name);
  return reason == nullptr ? std::string_view() : reason->name;
}

std::string_view throttle_reason_words(std::string_view name) {
  const ThrottleReason* const reason = reason_of(name);
  return reason == nullptr ? name : reason->words;
}

}  // namespace gpubench::meter
