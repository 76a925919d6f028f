#include "runs/journal_notes.h"

#include <algorithm>
#include <exception>
#include <numeric>
#include <stdexcept>

#include "base/json.h"
#include "carbon/emissions.h"
#include "runs/note_fields.h"

namespace gpubench::runs {
namespace {

// A byte that is no UTF-8 (a file name, a program's words) must not cost the note.
std::string text_of(const JsonWriter& note) {
  return base::json_text(note.json);
}

template <class Record>
std::string note_of(const Record& record) {
  JsonWriter note;
  fields(note, record);
  return text_of(note);
}

// The journal takes notes of up to 1 MiB. A command line that is longer than any that is typed is cut: all else of the note
// matters more.
constexpr std::size_t kLongestCommandLine = std::size_t{16} << 10;
constexpr std::size_t kLongestInvocation = std::size_t{256} << 10;

void shorten(workload::WorkloadDescription& workload) {
  std::string& text = workload.command_line;
  if (text.size() > kLongestCommandLine) text = text.substr(0, kLongestCommandLine) + " ...";
  for (workload::WorkloadDescription& part : workload.parts) shorten(part);
}

// take_note() catches what these throw.
template <class Record>
Record record_of(const Json& json) {
  Record record;
  JsonReader note(json);
  fields(note, record);
  return record;
}

void check(const carbon::CarbonOptions& carbon) {
  const bool sound = carbon.pue.fraction() >= 1 && carbon.lifetime_years > 0 && carbon.functional_units > 0;
  if (!sound) throw std::out_of_range("carbon options");
}

void check(const RunClosing& closing) {
  if (!carbon::are_sane(closing.intensities)) throw std::out_of_range("intensities");
  for (const auto& work : closing.works)
    if (work && !(work->amount > 0)) throw std::out_of_range("work");
}

// Sums and differences of such times stay within 64 bits: 36 years since a start, the year 2116.
void check(base::SteadyTime time) {
  constexpr std::int64_t kMost = std::int64_t{1} << 60;
  if (time.time_since_epoch().count() > kMost || time.time_since_epoch().count() < -kMost)
    throw std::out_of_range("a time of the steady clock");
}
void check(base::WallTime time) {
  constexpr std::int64_t kMost = std::int64_t{1} << 62;
  if (time.time_since_epoch().count() > kMost || time.time_since_epoch().count() < -kMost)
    throw std::out_of_range("a time of the wall clock");
}

void take_facts(JournalledRun& run, const Json& json) {
  record::RunFacts facts;
  workload::WorkloadDescription workload;
  JsonReader note(json);
  facts_fields(note, facts, workload);
  check(facts.carbon);
  check(facts.anchor.steady);
  check(facts.anchor.wall);
  if (!json.contains("workload_gpus")) {  // a version that did not know: all GPUs count
    facts.benchmark_gpus.positions.resize(facts.gpus.size());
    std::iota(facts.benchmark_gpus.positions.begin(), facts.benchmark_gpus.positions.end(), std::size_t{0});
  }
  run.workload = std::move(workload);
  run.facts = std::move(facts);
}

void take_started(JournalledRun& run, const Json& json) {
  base::SteadyTime time;
  JsonReader note(json);
  start_fields(note, time);
  check(time);
  run.started = time;
}

void take_events(JournalledRun& run, const Json& json) {
  std::vector<record::GpuEvents> events;
  JsonReader note(json);
  events_fields(note, events);
  for (record::GpuEvents& gpu : events)  // of a newer version
    std::erase_if(gpu.throttle_times, [](const record::ThrottleTime& time) { return time.reason.empty(); });
  run.events = std::move(events);
}

void take(JournalledRun& run, const Json& json) {
  const std::string what = json.at("note").get<std::string>();
  if (what == "run") {
    take_facts(run, json);
  } else if (what == "started") {
    take_started(run, json);
  } else if (what == "ended") {
    auto ended = record_of<record::Measured>(json);
    check(ended.outcome.ran.start);
    check(ended.outcome.ran.end);
    run.ended = std::move(ended);
    run.workload = run.ended->workload;
  } else if (what == "events") {
    take_events(run, json);
  } else if (what == "closed") {
    auto closing = record_of<RunClosing>(json);
    check(closing);
    run.closing = std::move(closing);
  }
}

RunClosing closing_of(const record::RunRecord& run) {
  RunClosing closing;
  const auto add = [&](const record::BenchmarkRecord& benchmark) {
    closing.scores.push_back(benchmark.score);
    closing.works.push_back(benchmark.work);
  };
  for (const record::PartRecord& part : run.parts) add(part.benchmark);
  if (run.parts.empty()) add(run.benchmark);
  closing.carbon_place = run.carbon_place;
  if (run.emissions) closing.intensities = carbon::known_slots(*run.emissions);
  closing.findings = run.findings;
  closing.cost = run.cost;
  closing.exported = run.exported;
  // Cut it would be another command, which could be run again.
  if (run.facts.invocation.size() <= kLongestInvocation) closing.invocation = run.facts.invocation;
  return closing;
}

}  // namespace

std::string facts_note(const record::RunFacts& facts, workload::WorkloadDescription workload) {
  shorten(workload);
  JsonWriter note;
  facts_fields(note, facts, workload);
  return text_of(note);
}

std::string started_note(base::SteadyTime time) {
  JsonWriter note;
  start_fields(note, time);
  return text_of(note);
}

std::string ended_note(record::Measured measured) {
  shorten(measured.workload);
  return note_of(measured);
}

std::string events_note(const std::vector<record::GpuEvents>& events) {
  JsonWriter note;
  events_fields(note, events);
  return text_of(note);
}

std::string carbon_note(base::SteadyTime time, const record::CarbonNow& carbon) {
  const carbon::IntensitySlot& slot = carbon.intensity;
  return note_of(
      NotedCarbon{time, slot.intensity, std::string(carbon::kind_text(slot.kind)), slot.source, carbon.emissions});
}

std::string closing_note(const record::RunRecord& run) {
  return note_of(closing_of(run));
}

std::string so_far_note(const record::RunRecord& run) {
  RunClosing closing = closing_of(run);
  closing.so_far = true;
  return note_of(closing);
}

void take_note(JournalledRun& run, std::string_view note) {
  try {
    take(run, base::parse_ordered_json(note));
  } catch (const std::exception&) {
    return;  // of a newer version, or not ours: the run is told without it
  }
}

std::optional<NotedCarbon> carbon_in(std::string_view note) {
  try {
    const Json json = base::parse_ordered_json(note);
    if (json.at("note") != "carbon") return std::nullopt;
    return record_of<NotedCarbon>(json);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace gpubench::runs
