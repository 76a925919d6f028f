#include "carbon/source.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "carbon/place.h"

namespace gpubench::carbon {

Answer empty_answer(const Source& source) {
  Answer answer;
  answer.place = source.place;
  answer.fallback = source.fallback;
  answer.fallback_was_chosen = !source.ask;
  return answer;
}

base::Result<std::string> known_source(const std::string& name) {
  constexpr std::array<std::string_view, 5> names{"grid_gb", "grid_gb_national", "electricity_maps", "watttime", "yearly"};
  const bool is_known = name.starts_with("file:") || std::find(names.begin(), names.end(), name) != names.end();
  if (is_known) return name;
  return base::failure("unknown carbon source \"" + name + "\"",
                       "choose one of: grid_gb, grid_gb_national, electricity_maps, watttime, file:PATH, yearly");
}

void note_uncovered(Answer& answer, base::WallTime from, base::WallTime to) {
  if (answer.trouble.empty() && !covers(answer.slots, from, to))
    answer.trouble = "the source has no values for part of the run";
}

Answer ask_once(const Source& source, base::WallTime from, base::WallTime to, base::Duration patience,
                const platform::Clock& clock) {
  Answer answer = empty_answer(source);
  if (source.cache)
    if (auto kept = source.cache->load()) answer.slots = *std::move(kept);
  if (source.ask) {
    auto found = source.ask(from, to, patience);
    if (found) {
      answer.slots = merged(std::move(answer.slots), *std::move(found));
      if (source.cache) static_cast<void>(source.cache->store(answer.slots, clock.wall_now()));
    } else {
      answer.trouble = found.error().message;
    }
  }
  std::erase_if(answer.slots, [&](const IntensitySlot& slot) { return slot.from > to || slot.to < from; });
  note_uncovered(answer, from, to);
  return answer;
}

bool has_regions(const CarbonOptions& options) {
  return !options.intensity && !options.source.starts_with("file:") && options.source != "grid_gb_national";
}

std::string place_name(const CarbonOptions& options, const std::string& region) {
  if (!has_regions(options)) return options.intensity || options.source != "grid_gb_national" ? "" : "Great Britain";
  if (options.source != "grid_gb") return region;
  const auto place = parse_place(region);
  if (!place) return region;
  const auto* named = std::get_if<Region>(&*place);
  return named != nullptr ? std::string(named->name) : place_text(*place);
}

}  // namespace gpubench::carbon
