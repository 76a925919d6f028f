#include "carbon/file/intensity_file.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "carbon/file/slot_text.h"
#include "platform/regular_file.h"

namespace gpubench::carbon {
namespace {

constexpr auto kRemedy = "CSV with the header from,to,g_per_kwh, or JSON; see docs/formats.md";

class FileProvider final : public IntensityProvider {
 public:
  FileProvider(std::vector<IntensitySlot> slots, std::string path) : slots_(std::move(slots)), path_(std::move(path)) {}

  base::Result<std::vector<IntensitySlot>> slots(base::WallTime from, base::WallTime to) override {
    std::vector<IntensitySlot> found;
    std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(found),
                 [&](const IntensitySlot& slot) { return slot.from <= to && slot.to > from; });
    if (found.empty()) return base::failure(path_ + " has no intensity for this time");
    return found;
  }

 private:
  std::vector<IntensitySlot> slots_;
  std::string path_;
};

}  // namespace

base::Result<std::unique_ptr<IntensityProvider>> open_intensity_file(const std::filesystem::path& path, base::WallTime now) {
  constexpr std::uint64_t kLargest = std::uint64_t{16} << 20U;
  const auto text = platform::read_named_file(path, kLargest);
  if (!text) return base::failure(text.error().message, kRemedy);
  auto slots = parse_slots(*text);
  if (!slots) return base::failure(path.string() + ": " + slots.error().message, kRemedy);
  for (IntensitySlot& slot : *slots) {
    slot.source = "file " + path.filename().string() + (slot.source.empty() ? "" : ": " + slot.source);
    if (slot.fetched == base::WallTime{}) slot.fetched = now;
  }
  return std::unique_ptr<IntensityProvider>(std::make_unique<FileProvider>(std::move(*slots), path.string()));
}

}  // namespace gpubench::carbon
