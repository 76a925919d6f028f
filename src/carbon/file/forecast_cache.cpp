#include "carbon/file/forecast_cache.h"

#include <cstdint>
#include <functional>
#include <string>

#include "carbon/file/slot_text.h"
#include "platform/files.h"
#include "platform/regular_file.h"

namespace gpubench::carbon {
namespace {

constexpr base::Duration kKept = std::chrono::hours(24 * 7);
constexpr std::string_view kMark = " (from the cache)";

// Safe as a file name, and different for different keys: what is not a plain letter or digit is written as its code.
std::string file_name(std::string_view key) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t kMost = 100;
  std::string name;
  for (const char c : key.substr(0, kMost)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (plain) {
      name += c;
    } else {
      const auto code = static_cast<unsigned char>(c);
      name += {'_', digits[code >> 4U], digits[code & 15U]};
    }
  }
  if (key.size() > kMost) name += '-' + std::to_string(std::hash<std::string_view>()(key));
  return name + ".json";
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

ForecastCache::ForecastCache(const std::filesystem::path& folder, std::string_view key) : path_(folder / file_name(key)) {}

base::Result<std::vector<IntensitySlot>> ForecastCache::load() const {
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) return std::vector<IntensitySlot>{};
  constexpr std::uint64_t kLargest = std::uint64_t{16} << 20U;
  const auto text = platform::read_named_file(path_, kLargest);
  if (!text) return base::failure(text.error().with_context("the forecast cache is ignored"));
  auto slots = parse_slots(*text);
  if (!slots) return base::failure(slots.error().with_context("the forecast cache is ignored: " + path_.string()));
  for (IntensitySlot& slot : *slots) slot.source += kMark;
  return slots;
}

base::Result<void> ForecastCache::store(std::vector<IntensitySlot> slots, base::WallTime now) const {
  std::erase_if(slots, [&](const IntensitySlot& slot) { return slot.to < now - kKept; });
  if (slots.empty()) return {};
  for (IntensitySlot& slot : slots)
    if (ends_with(slot.source, kMark)) slot.source.resize(slot.source.size() - kMark.size());
  std::error_code error;
  std::filesystem::create_directories(path_.parent_path(), error);
  if (error) return base::failure(path_.parent_path().string() + ": " + error.message());
  return platform::write_file_atomically(path_, slots_json(slots));
}

}  // namespace gpubench::carbon
