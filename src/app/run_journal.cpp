#include "app/run_journal.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "app/event_note.h"
#include "app/json_fields.h"

namespace gpubench::app {
namespace {

using Json = nlohmann::ordered_json;

// An invalid UTF-8 byte (a file name, a program's words) must not cost the note.
std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::int64_t nanoseconds(base::SteadyTime time) {
  return time.time_since_epoch().count();
}
std::int64_t nanoseconds(base::WallTime time) {
  return time.time_since_epoch().count();
}
base::Duration duration_at(const Json& json, const char* key) {
  return base::Duration(whole<std::int64_t>(json.at(key)));
}
base::SteadyTime steady_at(const Json& json, const char* key) {
  return base::SteadyTime(duration_at(json, key));
}
base::WallTime wall_at(const Json& json, const char* key) {
  return base::WallTime(duration_at(json, key));
}
std::string text_at(const Json& json, const char* key) {
  return json.at(key).get<std::string>();
}

Json gpu_json(const meter::GpuDescription& gpu) {
  return {{"index", gpu.index},
          {"name", gpu.name},
          {"uuid", gpu.uuid},
          {"pci_bus_id", gpu.pci_bus_id},
          {"power_limit_watts", optional_json(gpu.power_limit, &base::Power::watts)},
          {"max_power_limit_watts", optional_json(gpu.max_power_limit, &base::Power::watts)},
          {"memory_total_bytes", optional_json(gpu.memory_total, &base::Bytes::bytes)},
          {"max_sm_clock_mhz", optional_json(gpu.max_sm_clock, &base::Frequency::megahertz)},
          {"max_memory_clock_mhz", optional_json(gpu.max_memory_clock, &base::Frequency::megahertz)},
          {"max_operating_celsius", optional_json(gpu.max_operating_temperature, &base::Temperature::celsius)},
          {"slowdown_celsius", optional_json(gpu.slowdown_temperature, &base::Temperature::celsius)},
          {"shutdown_celsius", optional_json(gpu.shutdown_temperature, &base::Temperature::celsius)},
          {"partitioned", gpu.partitioned}};
}

meter::GpuDescription gpu_from(const Json& json) {
  meter::GpuDescription gpu;
  gpu.index = whole<int>(json.at("index"));
  gpu.name = text_at(json, "name");
  gpu.uuid = text_at(json, "uuid");
  gpu.pci_bus_id = text_at(json, "pci_bus_id");
  gpu.power_limit = optional_at(json, "power_limit_watts", base::Power::from_watts);
  gpu.max_power_limit = optional_at(json, "max_power_limit_watts", base::Power::from_watts);
  gpu.memory_total = optional_at(json, "memory_total_bytes", base::Bytes::from_bytes);
  gpu.max_sm_clock = optional_at(json, "max_sm_clock_mhz", base::Frequency::from_megahertz);
  gpu.max_memory_clock = optional_at(json, "max_memory_clock_mhz", base::Frequency::from_megahertz);
  gpu.max_operating_temperature = optional_at(json, "max_operating_celsius", base::Temperature::from_celsius);
  gpu.slowdown_temperature = optional_at(json, "slowdown_celsius", base::Temperature::from_celsius);
  gpu.shutdown_temperature = optional_at(json, "shutdown_celsius", base::Temperature::from_celsius);
  gpu.partitioned = json.value("partitioned", false);
  return gpu;
}

Json carbon_json(const carbon::CarbonOptions& carbon) {
  return {{"source", carbon.source},
          {"intensity_grams_per_kwh", optional_json(carbon.intensity, &base::CarbonIntensity::grams_per_kilowatt_hour)},
          {"pue", carbon.pue.fraction()},
          {"embodied_grams", optional_json(carbon.embodied, &base::Emissions::grams)},
          {"lifetime_years", carbon.lifetime_years},
          {"functional_unit", carbon.functional_unit},
          {"functional_units", carbon.functional_units}};
}

carbon::CarbonOptions carbon_from(const Json& json) {
  carbon::CarbonOptions carbon;
  carbon.source = text_at(json, "source");
  carbon.intensity = optional_at(json, "intensity_grams_per_kwh", base::CarbonIntensity::from_grams_per_kilowatt_hour);
  carbon.pue = base::Ratio::from_fraction(json.at("pue").get<double>());
  carbon.embodied = optional_at(json, "embodied_grams", base::Emissions::from_grams);
  carbon.lifetime_years = json.at("lifetime_years").get<double>();
  carbon.functional_unit = text_at(json, "functional_unit");
  carbon.functional_units = json.at("functional_units").get<double>();
  const bool sound = carbon.pue.fraction() >= 1 && carbon.lifetime_years > 0 && carbon.functional_units > 0;
  if (!sound) throw std::out_of_range("carbon options");  // take_note() catches
  return carbon;
}

Json workload_json(const workload::WorkloadDescription& workload) {
  using Kind = workload::WorkloadDescription::Kind;
  Json parts = Json::array();
  for (const workload::WorkloadDescription& part : workload.parts) parts.push_back(workload_json(part));
  return {{"kind", workload.kind == Kind::container ? "container" : "command"},
          {"name", workload.name},
          {"command", workload.command_line},
          {"image_id", workload.image_id},
          {"engine", workload.engine},
          {"gpu_access", workload.gpu_access},
          {"gpu_trouble", workload.gpu_trouble},
          {"gpus", workload.gpus},
          {"parts", std::move(parts)}};
}

workload::WorkloadDescription workload_from(const Json& json) {
  using Kind = workload::WorkloadDescription::Kind;
  workload::WorkloadDescription workload;
  workload.kind = text_at(json, "kind") == "container" ? Kind::container : Kind::command;
  workload.name = text_at(json, "name");
  workload.command_line = text_at(json, "command");
  workload.image_id = text_at(json, "image_id");
  workload.engine = text_at(json, "engine");
  workload.gpu_access = text_at(json, "gpu_access");
  workload.gpu_trouble = text_at(json, "gpu_trouble");
  if (json.contains("gpus")) workload.gpus = whole_numbers<int>(json.at("gpus"));
  if (json.contains("parts"))
    for (const Json& part : json.at("parts")) workload.parts.push_back(workload_from(part));
  return workload;
}

Json source_json(const meter::MeterSource& source) {
  return {{"replay", source.kind == meter::SourceKind::replay},
          {"description", source.description},
          {"driver_version", source.driver_version},
          {"trace", source.trace}};
}

meter::MeterSource source_from(const Json& json) {
  const auto kind = json.at("replay").get<bool>() ? meter::SourceKind::replay : meter::SourceKind::nvml;
  return {kind, text_at(json, "description"), text_at(json, "driver_version"), text_at(json, "trace")};
}

Json benchmark_gpus_json(const record::BenchmarkGpus& gpus) {
  return {{"positions", gpus.positions}, {"by", gpus.by}, {"unclear", gpus.unclear}};
}

// A journal of a version that did not know: all GPUs count.
record::BenchmarkGpus benchmark_gpus_from(const Json& json, std::size_t gpus) {
  record::BenchmarkGpus own;
  if (!json.contains("workload_gpus")) {
    for (std::size_t i = 0; i < gpus; ++i) own.positions.push_back(i);
    return own;
  }
  const Json& told = json.at("workload_gpus");
  own.positions = whole_numbers<std::size_t>(told.at("positions"));
  own.by = text_at(told, "by");
  own.unclear = text_at(told, "unclear");
  return own;
}

record::RunFacts facts_from(const Json& json) {
  record::RunFacts run;
  run.run_id = text_at(json, "run_id");
  run.tool_version = text_at(json, "tool_version");
  run.host = text_at(json, "host");
  run.interval = duration_at(json, "interval_ns");
  run.anchor = {steady_at(json, "anchor_steady_ns"), wall_at(json, "anchor_utc_ns")};
  run.carbon_region = text_at(json, "carbon_region");
  run.carbon = carbon_from(json.at("carbon"));
  run.source = source_from(json.at("source"));
  for (const Json& gpu : json.at("gpus")) run.gpus.push_back(gpu_from(gpu));
  run.benchmark_gpus = benchmark_gpus_from(json, run.gpus.size());
  return run;
}

Json outcome_json(const workload::WorkloadOutcome& outcome) {
  Json json = {{"start_ns", nanoseconds(outcome.ran.start)},
               {"end_ns", nanoseconds(outcome.ran.end)},
               {"exit_code", optional_json(outcome.exit_code)},
               {"out_of_memory", outcome.out_of_memory},
               {"stopped", outcome.stopped_by_us},
               {"words", outcome.note},
               {"log_trouble", outcome.log_trouble}};
  for (const workload::WorkloadOutcome& part : outcome.parts) json["parts"].push_back(outcome_json(part));
  return json;
}

workload::WorkloadOutcome outcome_from(const Json& json) {
  workload::WorkloadOutcome outcome;
  outcome.ran = {steady_at(json, "start_ns"), steady_at(json, "end_ns")};
  outcome.exit_code = optional_at<int>(json, "exit_code");
  outcome.out_of_memory = json.at("out_of_memory").get<bool>();
  outcome.stopped_by_us = json.at("stopped").get<bool>();
  outcome.note = text_at(json, "words");
  outcome.log_trouble = text_at(json, "log_trouble");
  if (json.contains("parts"))
    for (const Json& part : json.at("parts")) outcome.parts.push_back(outcome_from(part));
  return outcome;
}

Json call_cost_json(const meter::CallCost& cost) {
  return {{"calls", cost.calls}, {"time_ns", cost.time.count()}};
}

Json driver_calls_json(const meter::DriverCalls& calls) {
  return {{"readings", call_cost_json(calls.readings)},
          {"drains", call_cost_json(calls.drains)},
          {"counters", call_cost_json(calls.counters)}};
}

meter::CallCost call_cost_from(const Json& json) {
  return {whole<std::size_t>(json.at("calls")), duration_at(json, "time_ns")};
}

meter::DriverCalls driver_calls_from(const Json& json) {
  return {call_cost_from(json.at("readings")), call_cost_from(json.at("drains")), call_cost_from(json.at("counters"))};
}

record::Measured measured_from(const Json& json) {
  record::Measured measured;
  measured.outcome = outcome_from(json);
  measured.interrupted_by = optional_at<int>(json, "interrupted_by");
  if (json.contains("timed_out_ns")) measured.timed_out = duration_at(json, "timed_out_ns");
  measured.health.deadlines = whole<std::size_t>(json.at("deadlines"));
  measured.health.late = whole<std::size_t>(json.at("late_deadlines"));
  measured.health.worst_lateness = duration_at(json, "worst_lateness_ns");
  measured.health.wall_clock_step = duration_at(json, "wall_clock_step_ns");
  if (json.contains("driver_calls")) measured.health.driver = driver_calls_from(json.at("driver_calls"));
  return measured;
}

Json intensity_json(const carbon::IntensitySlot& slot) {
  return {{"from_ns", nanoseconds(slot.from)},
          {"to_ns", nanoseconds(slot.to)},
          {"grams_per_kwh", slot.intensity.grams_per_kilowatt_hour()},
          {"kind", static_cast<int>(slot.kind)},
          {"source", slot.source},
          {"fetched_ns", nanoseconds(slot.fetched)}};
}

carbon::IntensitySlot intensity_from(const Json& json) {
  return {wall_at(json, "from_ns"),
          wall_at(json, "to_ns"),
          base::CarbonIntensity::from_grams_per_kilowatt_hour(json.at("grams_per_kwh").get<double>()),
          static_cast<carbon::IntensityKind>(whole<std::uint8_t>(json.at("kind"))),
          text_at(json, "source"),
          wall_at(json, "fetched_ns")};
}

// What the source knew: each of its slots once, however often the account cuts it, and no yearly factor that filled a gap.
Json intensities_json(const std::optional<carbon::EmissionsAccount>& emissions) {
  Json slots = Json::array();
  if (!emissions) return slots;
  const carbon::IntensitySlot* before = nullptr;
  for (const carbon::SlotEmissions& part : emissions->slots) {
    const carbon::IntensitySlot& slot = part.intensity;
    const bool again = before != nullptr && before->from == slot.from && before->to == slot.to;
    if (slot.kind != carbon::IntensityKind::yearly_factor && !again) slots.push_back(intensity_json(slot));
    before = &slot;
  }
  return slots;
}

Json work_json(const std::optional<record::Work>& work) {
  if (!work) return nullptr;
  return {{"amount", work->amount}, {"unit", work->unit}};
}

// Older versions had no work.
std::vector<record::BenchmarkScore> scores_from(const Json& json) {
  std::vector<record::BenchmarkScore> scores;
  for (const Json& score : json.at("scores"))
    scores.push_back({score.is_null() ? std::nullopt : std::optional(score.get<double>()), {}});
  const Json works = json.value("works", Json::array());
  for (std::size_t i = 0; i < std::min(works.size(), scores.size()); ++i) {
    if (works[i].is_null()) continue;
    record::Work work{works[i].at("amount").get<double>(), text_at(works[i], "unit")};
    if (!(work.amount > 0)) throw std::out_of_range("work");
    scores[i].work = std::move(work);
  }
  return scores;
}

RunClosing closing_from(const Json& json) {
  RunClosing closing;
  closing.scores = scores_from(json);
  closing.carbon_place = text_at(json, "carbon_place");
  for (const Json& slot : json.at("intensities")) closing.intensities.push_back(intensity_from(slot));
  if (!carbon::are_sane(closing.intensities)) throw std::out_of_range("intensities");
  for (const Json& finding : json.at("findings"))
    closing.findings.emplace_back(record::ToldFinding{text_at(finding, "name"), text_at(finding, "text")});
  closing.cost.cpu_seconds = json.at("cpu_seconds").get<double>();
  closing.cost.peak_resident = base::Bytes::from_bytes(json.at("peak_resident_bytes").get<double>());
  const Json& exported = json.at("export");
  closing.exported.requested = exported.at("requested").get<bool>();
  closing.exported.recorded = whole<std::size_t>(exported.at("recorded"));
  closing.exported.accepted = whole<std::size_t>(exported.at("accepted"));
  closing.exported.verified = exported.value("verified", std::size_t{0});
  closing.exported.pending = exported.value("pending", std::size_t{0});
  closing.exported.quarantined = exported.value("quarantined", std::size_t{0});
  closing.exported.destination = text_at(exported, "destination");
  closing.exported.reason = text_at(exported, "reason");
  closing.invocation = text_at(json, "invocation");
  return closing;
}

void take(JournalledRun& run, const Json& json) {
  const std::string what = text_at(json, "note");
  if (what == "run") {
    run.workload = workload_from(json.at("workload"));
    run.facts = facts_from(json);
  } else if (what == "started") {
    run.started = steady_at(json, "time_ns");
  } else if (what == "ended") {
    run.workload = workload_from(json.at("workload"));
    run.ended = measured_from(json);
  } else if (what == "events") {
    run.events = events_from(json);
  } else if (what == "closed") {
    run.closing = closing_from(json);
  }
}

}  // namespace

std::string facts_note(const record::RunFacts& run, const workload::WorkloadDescription& workload) {
  Json gpus = Json::array();
  for (const meter::GpuDescription& gpu : run.gpus) gpus.push_back(gpu_json(gpu));
  return dumped({{"note", "run"},
                 {"run_id", run.run_id},
                 {"tool_version", run.tool_version},
                 {"host", run.host},
                 {"interval_ns", run.interval.count()},
                 {"anchor_steady_ns", nanoseconds(run.anchor.steady)},
                 {"anchor_utc_ns", nanoseconds(run.anchor.wall)},
                 {"carbon_region", run.carbon_region},
                 {"carbon", carbon_json(run.carbon)},
                 {"source", source_json(run.source)},
                 {"workload", workload_json(workload)},
                 {"workload_gpus", benchmark_gpus_json(run.benchmark_gpus)},
                 {"gpus", std::move(gpus)}});
}

std::string started_note(base::SteadyTime time) {
  return dumped({{"note", "started"}, {"time_ns", nanoseconds(time)}});
}

std::string ended_note(const record::Measured& measured) {
  Json note = outcome_json(measured.outcome);
  note.update({{"note", "ended"},
               {"interrupted_by", optional_json(measured.interrupted_by)},
               {"deadlines", measured.health.deadlines},
               {"late_deadlines", measured.health.late},
               {"worst_lateness_ns", measured.health.worst_lateness.count()},
               {"wall_clock_step_ns", measured.health.wall_clock_step.count()},
               {"driver_calls", driver_calls_json(measured.health.driver)},
               {"workload", workload_json(measured.workload)}});
  if (measured.timed_out) note["timed_out_ns"] = measured.timed_out->count();
  return dumped(note);
}

std::string carbon_note(base::SteadyTime time, const record::CarbonNow& carbon) {
  return dumped({{"note", "carbon"},
                 {"time_ns", nanoseconds(time)},
                 {"grams_per_kwh", carbon.intensity.intensity.grams_per_kilowatt_hour()},
                 {"kind", carbon::kind_text(carbon.intensity.kind)},
                 {"source", carbon.intensity.source},
                 {"emissions_grams", optional_json(carbon.emissions, &base::Emissions::grams)}});
}

std::string closing_note(const record::RunRecord& run) {
  Json scores = Json::array();
  Json works = Json::array();
  const auto add = [&](const record::BenchmarkRecord& benchmark) {
    scores.push_back(optional_json(benchmark.score));
    works.push_back(work_json(benchmark.work));
  };
  for (const record::PartRecord& part : run.parts) add(part.benchmark);
  if (run.parts.empty()) add(run.benchmark);
  Json findings = Json::array();
  for (const record::Finding& finding : run.findings)
    findings.push_back({{"name", record::finding_name(finding)}, {"text", record::finding_text(finding)}});
  return dumped({{"note", "closed"},
                 {"scores", std::move(scores)},
                 {"works", std::move(works)},
                 {"carbon_place", run.carbon_place},
                 {"intensities", intensities_json(run.emissions)},
                 {"findings", std::move(findings)},
                 {"cpu_seconds", run.cost.cpu_seconds},
                 {"peak_resident_bytes", run.cost.peak_resident.bytes()},
                 {"export",
                  {{"requested", run.exported.requested},
                   {"recorded", run.exported.recorded},
                   {"accepted", run.exported.accepted},
                   {"verified", run.exported.verified},
                   {"pending", run.exported.pending},
                   {"quarantined", run.exported.quarantined},
                   {"destination", run.exported.destination},
                   {"reason", run.exported.reason}}},
                 {"invocation", run.facts.invocation}});
}

void take_note(JournalledRun& run, std::string_view note) {
  try {
    take(run, Json::parse(note));
  } catch (const std::exception&) {
    return;  // of a newer version, or not ours: it is ignored
  }
}

}  // namespace gpubench::app
