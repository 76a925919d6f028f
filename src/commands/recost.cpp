#include "commands/recost.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "carbon/fallback_factor.h"
#include "carbon/file/slot_text.h"
#include "carbon/open.h"
#include "commands/saved_outputs.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/regular_file.h"
#include "record/costs.h"
#include "report/carbon_changes.h"
#include "report/metrics_yaml.h"

namespace gpubench::commands {
namespace {

constexpr base::Duration kIntensityWithin = std::chrono::seconds(10);
constexpr const char* kIntensities = "recarbon_intensities.json";

// What the run was costed with, as its source told it.
std::vector<carbon::IntensitySlot> own_slots(const record::RunRecord& run) {
  return run.emissions ? carbon::known_slots(*run.emissions) : std::vector<carbon::IntensitySlot>{};
}

bool says_the_same(const carbon::IntensitySlot& a, const carbon::IntensitySlot& b) {
  using Milliseconds = std::chrono::milliseconds;  // the text form's resolution
  const auto same_time = [](base::WallTime x, base::WallTime y) {
    return std::chrono::floor<Milliseconds>(x) == std::chrono::floor<Milliseconds>(y);
  };
  return same_time(a.from, b.from) && same_time(a.to, b.to) && a.intensity == b.intensity && a.kind == b.kind &&
         a.source == b.source;
}

// A value that was fetched before and has not changed keeps the time at which it was first fetched.
void keep_fetch_times(std::vector<carbon::IntensitySlot>& slots, const std::vector<carbon::IntensitySlot>& before) {
  for (carbon::IntensitySlot& slot : slots) {
    slot.fetched = std::chrono::floor<std::chrono::milliseconds>(slot.fetched);
    const auto same =
        std::find_if(before.begin(), before.end(), [&](const auto& older) { return says_the_same(slot, older); });
    if (same != before.end()) slot.fetched = same->fetched;
  }
}

std::vector<carbon::IntensitySlot> used_the_last_time(const runs::RunDirectory& directory) {
  constexpr std::uint64_t kLargest = std::uint64_t{64} << 20;
  auto slots = carbon::parse_slots(platform::read_regular_file(directory.file(kIntensities), kLargest).value_or(""));
  return slots ? *std::move(slots) : std::vector<carbon::IntensitySlot>{};  // there was no last time
}

base::Result<void> write_all(const runs::RunDirectory& directory, const record::RunRecord& run, const std::string& changes,
                             const std::vector<carbon::IntensitySlot>& slots) {
  const std::array<std::pair<const char*, std::string>, 4> files{{{kIntensities, carbon::slots_json(slots)},
                                                                  {"recarbon.yml", report::metrics_yaml(run)},
                                                                  {"recarbon.json", report::metrics_json(run)},
                                                                  {"recarbon.txt", changes}}};
  for (const auto& [name, text] : files)
    if (const auto written = platform::write_file_atomically(directory.file(name), text); !written) return written;
  return {};
}

// What the source says of the run's time. If the run's own source is asked again, values that it no longer has stay.
base::Result<carbon::Answer> ask(const carbon::Source& source, const record::RunRecord& run, bool elsewhere) {
  carbon::Answer answer = carbon::empty_answer(source);
  if (!elsewhere) answer.slots = own_slots(run);
  if (!source.ask) return answer;
  auto found = source.ask(run.start_time(), run.end_time(), kIntensityWithin);
  if (!found && elsewhere) return base::failure(found.error());
  if (found) {
    answer.slots = carbon::merged(std::move(answer.slots), *std::move(found));
  } else {
    answer.trouble = found.error().message;
  }
  std::erase_if(answer.slots, [&](const auto& slot) { return slot.to <= run.start_time() || slot.from > run.end_time(); });
  carbon::note_uncovered(answer, run.start_time(), run.end_time());
  return answer;
}

// The source that is asked. The run's own may be gone (its token, its file): then its values stay.
base::Result<carbon::Source> open_source(const runs::SavedRun& saved, const carbon::CarbonOptions& carbon,
                                         const std::string& region, bool asks_elsewhere, const cli::Environment& environment,
                                         const platform::Clock& clock) {
  auto source = carbon::open_source({carbon, region, environment.carbon}, clock);
  if (source || asks_elsewhere) return source;
  carbon::Source none;
  none.place = saved.run.carbon_place;
  none.fallback = carbon::fallback_factor(carbon, saved.run.facts.carbon_region);
  none.ask = [why = source.error()](auto, auto, auto) -> carbon::Source::Slots { return base::failure(why); };
  return none;
}

std::optional<base::Emissions> total_of(const record::RunRecord& run) {
  return run.emissions ? std::optional(run.emissions->total) : std::nullopt;
}

}  // namespace

base::Result<Recosted> recost(const runs::RunDirectory& directory, const Recosting& change,
                              const cli::Environment& environment) {
  auto saved = load_for_outputs(directory, environment);
  if (!saved) return base::failure(saved.error());
  if (!saved->run.total_energy) return base::failure("the energy of " + directory.run_id + " is not known");
  say_damage(*saved);
  carbon::CarbonOptions carbon = saved->run.facts.carbon;
  std::string region = saved->run.facts.carbon_region;
  change.apply(carbon, region);
  const platform::SystemClock clock;
  const auto source = open_source(*saved, carbon, region, change.asks_elsewhere, environment, clock);
  if (!source) return base::failure(source.error());
  auto answer = ask(*source, saved->run, change.asks_elsewhere);
  if (!answer) return base::failure(answer.error());
  keep_fetch_times(answer->slots, own_slots(saved->run));
  keep_fetch_times(answer->slots, used_the_last_time(directory));

  record::RunRecord costed = saved->run;
  costed.facts.carbon = carbon;
  record::cost(costed, saved->series, *answer);
  Recosted result{report::carbon_changes(saved->run, costed), {}, total_of(saved->run), total_of(costed)};
  if (!answer->trouble.empty()) result.note = "some intensities could not be fetched again: " + answer->trouble;
  if (const auto written = write_all(directory, costed, result.changes, answer->slots); !written)
    return base::failure(written.error());
  return result;
}

}  // namespace gpubench::commands
