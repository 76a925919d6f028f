// What a journal's notes hold, record by record (json_fields.h). Keys, their order and units are a format: docs/formats.md.
#pragma once

#include <array>
#include <string>

#include "carbon/intensity.h"
#include "meter/gpu_limits.h"
#include "meter/gpu_meter.h"
#include "meter/throttle_reasons.h"
#include "record/measured.h"
#include "record/run_record.h"
#include "runs/journalled_run.h"
#include "runs/json_fields.h"
#include "workload/workload.h"

namespace gpubench::runs {

// All that journals of the first versions know of a source's name.
inline constexpr Form<std::string> kIsReplay{
    [](const std::string& name) { return Json(name == meter::kReplay); },
    [](const Json& json) { return std::string(json.get<bool>() ? meter::kReplay : "nvml"); }};

// Throws for what no sensor has: figures are divided by it.
inline constexpr Form<base::Duration> kTiming{[](const base::Duration& time) { return Json(time.count()); },
                                              [](const Json& json) {
                                                const base::Duration time(whole<base::Duration::rep>(json));
                                                if (time <= base::Duration::zero() || time > meter::kLongestTiming)
                                                  throw std::range_error("not a sensor's timing");
                                                return time;
                                              }};

using WorkloadKind = workload::WorkloadDescription::Kind;
inline constexpr Form<WorkloadKind> kWorkloadKind{
    [](const WorkloadKind& kind) { return Json(kind == WorkloadKind::container ? "container" : "command"); },
    [](const Json& json) {
      return json.get<std::string>() == "container" ? WorkloadKind::container : WorkloadKind::command;
    }};

inline constexpr Form<record::UserKind> kUserKind{
    [](const record::UserKind& kind) { return Json(static_cast<int>(kind)); },
    [](const Json& json) {
      constexpr std::array kinds{record::UserKind::benchmark, record::UserKind::foreign, record::UserKind::unknown};
      return kinds.at(whole<std::size_t>(json));
    }};

// Checked with the other fields of a slot: carbon::are_sane.
inline constexpr Form<carbon::IntensityKind> kIntensityKind{
    [](const carbon::IntensityKind& kind) { return Json(static_cast<int>(kind)); },
    [](const Json& json) { return static_cast<carbon::IntensityKind>(whole<std::uint8_t>(json)); }};

// Empty: a reason that only a newer version knows.
inline constexpr Form<std::string_view> kThrottleReason{
    [](const std::string_view& reason) { return Json(std::string(reason)); },
    [](const Json& json) { return meter::throttle_reason_literal(json.get<std::string>()); }};

inline constexpr Form<record::Finding> kFinding{
    [](const record::Finding& finding) {
      return Json{{"name", record::finding_name(finding)}, {"text", record::finding_text(finding)}};
    },
    [](const Json& json) -> record::Finding {
      return record::SavedFinding{json.at("name").get<std::string>(), json.at("text").get<std::string>()};
    }};

void fields(auto& field, Of<meter::SensorTiming> auto& sensor) {
  meter::for_each_timing(
      [&](const char* name, auto member) { field.newer(std::string(name) + "_ns", sensor.*member, kTiming); });
}

void fields(auto& field, Of<meter::GpuDescription> auto& gpu) {
  field("index", gpu.index);
  field("name", gpu.name);
  field("uuid", gpu.uuid);
  field("pci_bus_id", gpu.pci_bus_id);
  meter::for_each_limit([&](std::string_view name, auto limit, const auto& unit) {
    field.newer(std::string(name) + "_" + std::string(unit.name), gpu.*limit, unit);
  });
  field.newer("partitioned", gpu.partitioned);
  field.newer("sensor", gpu.sensor);
}

void fields(auto& field, Of<carbon::CarbonOptions> auto& carbon) {
  field("source", carbon.source);
  field("intensity_grams_per_kwh", carbon.intensity, base::kGramsPerKilowattHour);
  field("pue", carbon.pue, base::kFraction);
  field("embodied_grams", carbon.embodied, base::kGrams);
  field("lifetime_years", carbon.lifetime_years);
  field("functional_unit", carbon.functional_unit);
  field("functional_units", carbon.functional_units);
}

void fields(auto& field, Of<meter::MeterSource> auto& source) {
  field("replay", source.name, kIsReplay);
  field.newer("name", source.name);
  field("description", source.description);
  field("driver_version", source.driver_version);
  field("trace", source.trace);
}

void fields(auto& field, Of<workload::WorkloadDescription> auto& workload) {
  field("kind", workload.kind, kWorkloadKind);
  field("name", workload.name);
  field("command", workload.command_line);
  field("image_id", workload.image_id);
  field("engine", workload.engine);
  field("gpu_access", workload.gpu_access);
  field("gpu_trouble", workload.gpu_trouble);
  field.newer("attached", workload.attached);
  field.newer("gpus", workload.gpus);
  field.newer("parts", workload.parts);
}

void fields(auto& field, Of<record::BenchmarkGpus> auto& gpus) {
  field("positions", gpus.positions);
  field("by", gpus.by);
  field("unclear", gpus.unclear);
}

void fields(auto& field, Of<record::ClockFacts> auto& clock) {
  field("boot_id", clock.boot_id);
  field("time_namespace", clock.time_namespace);
}

void fields(auto& field, Of<record::EnvironmentFact> auto& fact) {
  field("name", fact.name);
  field("value", fact.value);
}

// The note "run".
void facts_fields(auto& field, auto& facts, auto& workload) {
  field.note("run");
  field("run_id", facts.run_id);
  field("tool_version", facts.tool_version);
  field("host", facts.host);
  field.newer("benchmark_name", facts.name);
  field("interval_ns", facts.interval);
  field("anchor_steady_ns", facts.anchor.steady);
  field("anchor_utc_ns", facts.anchor.wall);
  field.rare("clock", facts.clock);
  field("carbon_region", facts.carbon_region);
  field("carbon", facts.carbon);
  field("source", facts.source);
  field("workload", workload);
  field.newer("workload_gpus", facts.benchmark_gpus);
  field("gpus", facts.gpus);
  field.newer("label", facts.label);
  field.newer("phases_asked", facts.phases_asked);
  field.rare("environment", facts.environment);
}

// The note "started".
void start_fields(auto& field, auto& time) {
  field.note("started");
  field("time_ns", time);
}

void fields(auto& field, Of<workload::WorkloadOutcome> auto& outcome) {
  field("start_ns", outcome.ran.start);
  field("end_ns", outcome.ran.end);
  field("exit_code", outcome.exit_code);
  field("out_of_memory", outcome.out_of_memory);
  field("stopped", outcome.stopped_by_us);
  field("words", outcome.note);
  field("log_trouble", outcome.log_trouble);
  field.rare("parts", outcome.parts);
  field.rare("ends_within_ns", outcome.ends_within);
}

void fields(auto& field, Of<meter::CallCost> auto& cost) {
  field("calls", cost.calls);
  field("time_ns", cost.time);
}

void fields(auto& field, Of<meter::DriverCalls> auto& calls) {
  field("readings", calls.readings);
  field("drains", calls.drains);
  field("counters", calls.counters);
}

void fields(auto& field, Of<sampler::Impossible> auto& impossible) {
  field("gpu", impossible.gpu_index);
  field("count", impossible.count);
  field("first", impossible.first);
}

// The note "ended".
void fields(auto& field, Of<record::Measured> auto& measured) {
  fields(field, measured.outcome);
  field.note("ended");
  field("interrupted_by", measured.interrupted_by);
  field("deadlines", measured.health.deadlines);
  field("late_deadlines", measured.health.late);
  field("worst_lateness_ns", measured.health.worst_lateness);
  field("wall_clock_step_ns", measured.health.wall_clock_step);
  field.newer("driver_calls", measured.health.driver);
  field("workload", measured.workload);
  field.rare("timed_out_ns", measured.timed_out);
  field.rare("impossible", measured.health.impossible);
}

void fields(auto& field, Of<record::ThrottleTime> auto& time) {
  field("reason", time.reason, kThrottleReason);
  field("ns", time.time);
  field("slowdown", time.slowdown);
}

void fields(auto& field, Of<record::GpuUser> auto& user) {
  field("id", user.id);
  field("name", user.name);
  field("kind", user.kind, kUserKind);
  field("most_bytes", user.most_memory, base::kBytes);
  field.newer("left_running", user.left_running);
}

void fields(auto& field, Of<record::GpuEvents> auto& events) {
  field("checks", events.checks);
  field("throttle_times_known", events.throttle_times_known);
  field("throttle_times", events.throttle_times);
  field("corrected_errors", events.corrected_errors);
  field("uncorrected_errors", events.uncorrected_errors);
  field("remapped_rows", events.remapped_rows);
  field("xids_told", events.xids_told);
  field("xids", events.xids);
  field("users", events.users);
  field("more_users", events.more_users);
  field("users_untold", events.users_untold);
}

// The note "events".
void events_fields(auto& field, auto& events) {
  field.note("events");
  field("gpus", events);
}

// The note "carbon".
void fields(auto& field, Of<NotedCarbon> auto& carbon) {
  field.note("carbon");
  field("time_ns", carbon.time);
  field("grams_per_kwh", carbon.intensity, base::kGramsPerKilowattHour);
  field("kind", carbon.kind);
  field("source", carbon.source);
  field("emissions_grams", carbon.emissions, base::kGrams);
}

void fields(auto& field, Of<record::Work> auto& work) {
  field("amount", work.amount);
  field("unit", work.unit);
}

void fields(auto& field, Of<carbon::IntensitySlot> auto& slot) {
  field("from_ns", slot.from);
  field("to_ns", slot.to);
  field("grams_per_kwh", slot.intensity, base::kGramsPerKilowattHour);
  field("kind", slot.kind, kIntensityKind);
  field("source", slot.source);
  field("fetched_ns", slot.fetched);
}

void fields(auto& field, Of<record::ExportRecord> auto& exported) {
  field("requested", exported.requested);
  field("recorded", exported.recorded);
  field("accepted", exported.accepted);
  field.newer("verified", exported.verified);
  field.newer("pending", exported.pending);
  field.newer("quarantined", exported.quarantined);
  field("destination", exported.destination);
  field("reason", exported.reason);
}

// The note "closed".
void fields(auto& field, Of<RunClosing> auto& closing) {
  field.note("closed");
  field("scores", closing.scores);
  field.newer("works", closing.works);
  field("carbon_place", closing.carbon_place);
  field("intensities", closing.intensities);
  field("findings", closing.findings, kFinding);
  field("cpu_seconds", closing.cost.cpu_seconds);
  field("peak_resident_bytes", closing.cost.peak_resident, base::kBytes);
  field("export", closing.exported);
  field("invocation", closing.invocation);
  field.rare("so_far", closing.so_far);
}

}  // namespace gpubench::runs
