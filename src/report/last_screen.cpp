#include "report/last_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "record/work_rate.h"
#include "report/figure_text.h"
#include "report/finding_lines.h"
#include "report/outcome.h"
#include "report/part_rows.h"
#include "report/summary.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kColumns = 80;
constexpr std::size_t kLabel = 11;  // columns of a line's name
constexpr std::size_t kRoom = kColumns - kLabel;
constexpr std::size_t kLongestTold = 40;  // of what ran

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(base::columns_of(text));
}

std::string named(std::string_view name, const std::string& text) {
  return fmt::format("{:<{}}{}", name, kLabel, text);
}

// The parts that fit one after another, at least the first.
std::string as_fits(const std::vector<std::string>& parts, std::size_t room = kRoom) {
  std::string text;
  for (const std::string& part : parts)
    if (text.empty() || width_of(text) + width_of(part) <= room) text += part;
  return text;
}

std::string boards_of(const record::RunRecord& run) {
  return run.gpus.size() == 1 ? "this board" : "these boards";
}

std::string title(const record::RunRecord& run) {
  const std::string outcome = ": " + outcome_line(run);
  constexpr std::size_t kShortestName = 10;
  const std::size_t room = std::max(kColumns, width_of(outcome) + kShortestName) - width_of(outcome);
  if (run.parts.size() > 1) return std::to_string(run.parts.size()) + " containers" + outcome;
  return one_line(run.benchmark.name, room - std::min<std::size_t>(room - kShortestName, 3)) + outcome;
}

std::string gpus_text(const record::RunRecord& run) {
  if (run.gpus.empty()) return "none";
  const Summary sum = summarize(run);
  double utilization = 0;
  bool known = true;
  for (const record::GpuRecord& gpu : run.gpus) {
    const auto& statistics = gpu.statistics[meter::ValueKind::utilization];
    known = known && statistics;
    if (statistics) utilization += statistics->average_all;
  }
  const std::string host = run.facts.host.empty() ? "" : " on " + one_line(run.facts.host, kLongestTold);
  std::string count = std::to_string(run.gpus.size());
  if (!run.other_gpus.empty()) count += " of " + std::to_string(run.gpus.size() + run.other_gpus.size());
  const std::string used =
      known ? fmt::format(", utilisation {:.0f} %", utilization / static_cast<double>(run.gpus.size())) : "";
  return as_fits({count + " x " + one_line(sum.gpu_names, kLongestTold), host, used});
}

std::string clock_text(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  const double hours = std::floor(seconds / kHour);
  const double minutes = std::floor((seconds - hours * kHour) / kMinute);
  const std::string rest = fmt::format("{:.0f} min {:.0f} s", minutes, seconds - hours * kHour - minutes * kMinute);
  return hours > 0 ? fmt::format("{:.0f} h ", hours) + rest : rest;
}

std::string time_text(const record::RunRecord& run) {
  constexpr double kLong = 120;
  const double seconds = base::to_seconds(run.elapsed());
  std::string text = grouped(fmt::format("{:.{}f}", seconds, seconds < 1000 ? 3 : 1)) + " s";
  if (seconds >= kLong) text += " (" + clock_text(seconds) + ")";
  return text + ", from " + base::utc_table_text(run.start_time()) + " UTC";
}

std::string energy_text(const record::RunRecord& run) {
  if (!run.total_energy) return kNotAvailable;
  const std::string energy = with_half_width(*run.total_energy, run.total_uncertainty.comparative());
  const std::string replay = run.facts.source.is_replay() ? " (REPLAY)" : "";
  return as_fits({energy + " J" + replay + " on " + boards_of(run),
                  ", \u00b1 " + half_width_text(run.total_uncertainty.absolute(), *run.total_energy) + " % absolute",
                  "; " + kilowatt_hours_text(*run.total_energy, run.total_uncertainty.comparative())});
}

// The least and the most that one of several GPUs used.
std::string each_gpu_text(const record::RunRecord& run) {
  const auto less = [](const record::GpuRecord& a, const record::GpuRecord& b) {
    return a.energy.best()->energy < b.energy.best()->energy;
  };
  const auto [least, most] = std::minmax_element(run.gpus.begin(), run.gpus.end(), less);
  const auto text = [](const record::GpuRecord& gpu) {
    const energy::EnergyEstimate& best = *gpu.energy.best();
    return joules_text(&best) + " J (GPU " + std::to_string(gpu.gpu.index) + ")";
  };
  return text(*least) + " to " + text(*most);
}

bool without_forecast(const record::RunRecord& run) {
  return run.emissions && run.emissions->used_yearly_factor;
}

std::string emissions_text(const record::RunRecord& run) {
  if (!run.emissions) return kNotAvailable;
  const double total = run.emissions->total.grams();
  const std::optional<base::Emissions>& half_width = run.emissions->uncertainty;
  const std::string grams = (half_width ? rounded(total, half_width->grams()) : significant(total)) + " gCO2";
  if (without_forecast(run)) return grams + ", rough: no forecast, a yearly average (later: recarbon)";
  const auto& slots = run.emissions->slots;
  return as_fits({grams, fmt::format(" at {:.0f} gCO2/kWh", run.emissions->average.grams_per_kilowatt_hour()),
                  slots.empty() ? "" : " (" + std::string(carbon::kind_text(slots.front().intensity.kind)) + ")",
                  run.carbon_place.empty() ? "" : ", " + one_line(run.carbon_place, kLongestTold)});
}

// A run between two samples can have its peak between them as well: then the samples' highest is below the average.
bool saw_peak(const record::GpuRecord& gpu, base::Duration elapsed) {
  const energy::EnergyEstimate* best = gpu.energy.best();
  return best == nullptr || gpu.peak_power->watts() * base::to_seconds(elapsed) >= best->energy.joules();
}

std::string power_text(const record::RunRecord& run) {
  const double seconds = base::to_seconds(run.elapsed());
  std::string average = std::string(kNotAvailable) + " as an average";
  if (run.total_energy && seconds > 0)
    average = rounded(run.total_energy->joules() / seconds,
                      std::max(run.total_uncertainty.comparative().joules() / seconds, 0.1)) +
              " W on average";
  const record::GpuRecord* highest = nullptr;
  for (const record::GpuRecord& gpu : run.gpus)
    if (gpu.peak_power && (highest == nullptr || *gpu.peak_power > *highest->peak_power)) highest = &gpu;
  std::string peak;
  if (highest != nullptr && saw_peak(*highest, run.elapsed())) {
    const std::string which = run.gpus.size() > 1 ? " (GPU " + std::to_string(highest->gpu.index) + ")" : "";
    peak =
        fmt::format(", at most {:.0f} W{}{}", highest->peak_power->watts(), run.gpus.size() > 1 ? " of one GPU" : "", which);
  }
  std::string limit;
  if (highest != nullptr && highest->gpu.power_limit)
    limit = fmt::format(", limit {:.0f} W", highest->gpu.power_limit->watts());
  return as_fits({average, peak, limit});
}

std::string work_text(const record::RunRecord& run) {
  const record::WorkRate rate = record::work_rate(run);
  const std::string unit = one_line(run.benchmark.work->unit, kLongestUnit);
  std::string each;
  if (rate.energy) each = ", " + with_half_width(*rate.energy, rate.comparative) + " J each";
  return as_fits({grouped(plain_number(run.benchmark.work->amount, 1)) + " " + unit, each,
                  rate.per_second ? ", " + significant(*rate.per_second) + " a second" : ""});
}

// The outermost phases, those that used most first, as many as fit.
std::string phases_text(const record::RunRecord& run) {
  constexpr std::size_t kLongestPhase = 24;
  constexpr std::string_view kOfTheEnergy = " of the energy";
  std::vector<const phases::Phase*> outermost{&run.phases->unmarked};
  for (const phases::Phase& phase : run.phases->phases)
    if (phase.depth == 0 && phase.energy) outermost.push_back(&phase);
  std::stable_sort(outermost.begin(), outermost.end(),
                   [](const phases::Phase* a, const phases::Phase* b) { return *a->energy > *b->energy; });
  std::vector<std::string> parts;
  parts.reserve(outermost.size());
  for (const phases::Phase* phase : outermost)
    parts.push_back(fmt::format("{}{} {:.0f} %", parts.empty() ? "" : ", ", one_line(phase->name, kLongestPhase),
                                *phase->energy / *run.total_energy * 100));
  return as_fits(parts, kRoom - kOfTheEnergy.size()) + std::string(kOfTheEnergy);
}

bool is_complete(const record::RunRecord& run) {
  return run.benchmark.exit_code == 0 && !run.benchmark.interrupted && !run.benchmark.out_of_memory;
}

std::string change_text(double now, double before) {
  if (!(before > 0)) return kNotAvailable;
  constexpr double kNothing = 0.05;  // shows no digit: it has no sign
  const double percent = (now - before) / before * 100;
  return fmt::format("{:+.1f} %", std::abs(percent) < kNothing ? 0 : percent);
}

// One run each shows how far the measurements differ, not how far runs of one benchmark do.
Lines earlier_lines(const record::RunRecord& run, const record::EarlierRun& earlier) {
  const std::string time = "time " + change_text(base::to_seconds(run.elapsed()), base::to_seconds(earlier.elapsed));
  const std::string since = " against " + one_line(earlier.start, kLongestTold) + " UTC";
  if (!run.total_energy || !earlier.energy)
    return {named("Last run", time + since), named("", "time: unclear, one run each")};
  const energy::Uncertainty& own = run.total_uncertainty;
  const double difference = (*run.total_energy - *earlier.energy).joules();
  const double both =
      std::hypot((earlier.same_boards ? own.comparative() : own.absolute()).joules(), earlier.half_width.joules());
  const std::string energy = ", energy " + change_text(run.total_energy->joules(), earlier.energy->joules());
  const std::string verdict = std::string("energy: ") + (std::abs(difference) > both ? "beyond" : "within") +
                              " the intervals; time: unclear, one run each";
  return {named("Last run", time + energy + since), named("", verdict + (earlier.same_boards ? "" : ", other boards"))};
}

void add_figures(Lines& lines, const record::RunRecord& run, const ScreenSetting& setting) {
  lines.push_back(named("GPUs", gpus_text(run)));
  lines.push_back(named("Time", time_text(run)));
  lines.push_back(named("Energy", energy_text(run)));
  if (run.gpus.size() > 1 && run.total_energy) lines.push_back(named("Each GPU", each_gpu_text(run)));
  lines.push_back(named("Power", power_text(run)));
  lines.push_back(named("Emissions", emissions_text(run)));
  if (run.benchmark.score) lines.push_back(named("Score", grouped(plain_number(*run.benchmark.score, 4)) + " s"));
  if (run.benchmark.work) lines.push_back(named("Work", work_text(run)));
  const bool divided = run.phases && run.phases->unmarked.energy && run.total_energy > base::Energy{};
  if (divided) lines.push_back(named("Phases", phases_text(run)));
  if (run.exported.requested)
    lines.push_back(
        named("Export", as_fits({export_text(run.exported), " by " + one_line(run.exported.destination, kLongestTold)})));
  if (setting.earlier && is_complete(run))
    for (std::string& line : earlier_lines(run, *setting.earlier)) lines.push_back(std::move(line));
}

// At most `most` of the lines; the last says how many more there are, and where.
void add_some(Lines& lines, const Lines& more, std::size_t most, std::string_view where) {
  const bool all = more.size() <= most;
  const std::size_t count = all ? more.size() : std::max<std::size_t>(most, 2) - 1;
  for (std::size_t i = 0; i < count; ++i) lines.push_back("  " + more[i]);
  if (!all) lines.push_back(fmt::format("  and {} more: see {}", more.size() - count, where));
}

// Each of several containers.
Lines part_lines(const record::RunRecord& run) {
  constexpr std::size_t kNameColumns = 24;
  Lines lines;
  for (std::size_t i = 0; i < run.parts.size(); ++i) {
    const record::PartRecord& part = run.parts[i];
    const bool ran = part.ran != base::Window{};
    const std::string& image = part.benchmark.name;
    const std::string name = one_line(image.substr(image.rfind('/') + 1), kNameColumns - 3);
    const std::string padding(kNameColumns - std::min(width_of(name), kNameColumns), ' ');
    const std::string energy =
        part.energy ? ", " + with_half_width(*part.energy, part.uncertainty.comparative()) + " J" : "";
    lines.push_back(as_fits({fmt::format("{} {}{}", i + 1, name, padding), ran ? outcome_text(part.benchmark) : "NOT RUN",
                             ran ? fmt::format(", {:.1f} s", base::to_seconds(part.ran.length())) : "", energy},
                            kColumns - 2));
  }
  return lines;
}

// The path first, so that it can be opened from the terminal.
Lines file_lines(const std::filesystem::path& folder) {
  std::string names;
  std::error_code error;
  constexpr std::array<std::pair<const char*, const char*>, 3> kFiles{
      {{"report.html", "report.html (open it in a browser)"},
       {"formatted_metrics.txt", "formatted_metrics.txt (all tables)"},
       {"metrics.json", "metrics.json"}}};
  Lines lines;
  const std::string path = one_line(folder.string()) + "/";
  if (width_of(path) <= kRoom) {
    lines.push_back(named("Files", path));
  } else {
    lines.emplace_back("Files");
    lines.push_back(path);
  }
  for (const auto& [name, text] : kFiles) {
    if (!std::filesystem::exists(folder / name, error)) continue;
    const std::string added = names.empty() ? text : names + ", " + text;
    if (width_of(added) <= kRoom) {
      names = added;
      continue;
    }
    lines.push_back(named("", names));
    names = text;
  }
  if (!names.empty()) lines.push_back(named("", names));
  return lines;
}

// How many lines of a terminal they take.
std::size_t height_of(const Lines& lines) {
  std::size_t height = 0;
  for (const std::string& line : lines) height += 1 + (std::max<std::size_t>(width_of(line), 1) - 1) / kColumns;
  return height;
}

}  // namespace

std::string last_screen(const record::RunRecord& run, const ScreenSetting& setting) {
  Lines lines{title(run)};
  if (run.facts.source.is_replay()) lines.emplace_back("REPLAY: the GPU figures are a recording's, not this benchmark's.");
  add_figures(lines, run, setting);
  const Lines files = file_lines(setting.folder);
  const std::size_t fixed = height_of(lines) + height_of(files) + (run.parts.empty() ? 1 : 2);  // with the headings
  std::size_t room = std::max<std::size_t>(setting.lines, fixed + 2) - fixed;
  if (!run.parts.empty()) {
    lines.emplace_back("Containers");
    const std::size_t before = lines.size();
    add_some(lines, part_lines(run), std::max<std::size_t>(room / 2, 2), "formatted_metrics.txt");
    room -= std::min(room, lines.size() - before);
  }
  const Lines findings = finding_lines(
      run.findings, kColumns - 2,
      {"replayed", "workload_failed", "interrupted", "timed_out", without_forecast(run) ? "carbon_fallback" : ""});
  const std::string none = run.findings.empty() ? "none" : "none other than stated above";
  lines.push_back(named("Findings", findings.empty() ? none : ""));
  lines.back().erase(lines.back().find_last_not_of(' ') + 1);
  add_some(lines, findings, room, "the report");
  lines.insert(lines.end(), files.begin(), files.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace gpubench::report
