#include "report/metrics_document.h"

#include <cmath>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "meter/gpu_limits.h"
#include "record/activity.h"
#include "record/work_rate.h"
#include "report/gpu_event_tables.h"
#include "report/phases.h"
#include "report/summary.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using meter::ValueKind;

// Writes keys and values into a document, in order; unknown is null.
class DocumentWriter {
 public:
  void text(const char* key, std::string_view value) { (*at_)[key] = valid_utf8(value); }
  // An empty string is not known.
  void known_text(const char* key, std::string_view value) { value.empty() ? null(key) : text(key, value); }
  void null(const char* key) { (*at_)[key] = nullptr; }
  void boolean(const char* key, bool value) { (*at_)[key] = value; }
  void integer(const char* key, long long value) { (*at_)[key] = value; }
  void count(const char* key, std::size_t value) { (*at_)[key] = value; }
  void number(const char* key, std::optional<double> value) {
    if (value && std::isfinite(*value)) {
      (*at_)[key] = *value;
    } else {
      null(key);
    }
  }
  template <class Quantity>
  void number(const char* key, const std::optional<Quantity>& value, double (Quantity::*unit)() const) {
    number(key, value ? std::optional<double>(((*value).*unit)()) : std::nullopt);
  }
  void document(const char* key, Document value) { (*at_)[key] = std::move(value); }
  void map(const char* key, const std::function<void()>& content) { within((*at_)[key], content); }
  // A map where there is a value, else null.
  template <class Value, class Write>
  void map_or_null(const char* key, const std::optional<Value>& value, Write write) {
    if (value) {
      map(key, [&] { write(*value); });
    } else {
      null(key);
    }
  }
  template <class Value>
  void values(const char* key, const std::vector<Value>& values) {
    (*at_)[key] = values;
  }
  template <class Items, class Write>
  void list(const char* key, const Items& items, Write write) {
    Document list = Document::array();
    for (const auto& item : items) within(list.emplace_back(), [&] { write(item); });
    (*at_)[key] = std::move(list);
  }
  [[nodiscard]] Document finish() { return std::move(root_); }

 private:
  void within(Document& map, const std::function<void()>& content) {
    map = Document::object();
    Document* outside = std::exchange(at_, &map);
    content();
    at_ = outside;
  }

  Document root_ = Document::object();
  Document* at_ = &root_;  // the map that is being written; of an ordered map no key is added outside it meanwhile
};

// The keys of the Python tool, with its units and meaning.
void write_predecessor_keys(DocumentWriter& out, const record::RunRecord& run) {
  const Summary sum = summarize(run);
  out.text("benchmark", run.benchmark.name);
  out.known_text("name", sum.gpu_names);
  out.count("device_count", run.gpus.size());
  out.number("elapsed_time", base::to_seconds(run.elapsed()));
  out.text("start_datetime", base::utc_table_text(run.start_time()));
  out.text("end_datetime", base::utc_table_text(run.end_time()));
  out.number("total_energy", run.total_energy, &base::Energy::kilowatt_hours);
  out.number("total_carbon", sum.total_carbon, &base::Emissions::grams);
  out.number("av_carbon_forecast", sum.average_intensity, &base::CarbonIntensity::grams_per_kilowatt_hour);
  out.number("start_carbon_forecast", sum.start_intensity, &base::CarbonIntensity::grams_per_kilowatt_hour);
  out.number("end_carbon_forecast", sum.end_intensity, &base::CarbonIntensity::grams_per_kilowatt_hour);
  out.number("av_util", sum.averages[ValueKind::utilization].average);
  out.number("av_power", sum.averages[ValueKind::power].average);
  out.number("av_temp", sum.averages[ValueKind::temperature].average);
  out.number("av_mem", sum.averages[ValueKind::memory_used].average);
  out.number("av_clk_speed", sum.averages[ValueKind::sm_clock].average);
  out.number("av_mem_clk_speed", sum.averages[ValueKind::memory_clock].average);
  out.number("max_power_limit", sum.first.power_limit, &base::Power::watts);
  out.number("total_mem", sum.first.memory_total, &base::Bytes::mebibytes);
  out.number("max_clk_speed", sum.first.max_sm_clock, &base::Frequency::megahertz);
  out.number("max_mem_clk_speed", sum.first.max_memory_clock, &base::Frequency::megahertz);
  out.number("temp_threshold_gpu_max", sum.first.max_operating_temperature, &base::Temperature::celsius);
  out.number("temp_threshold_slowdown", sum.first.slowdown_temperature, &base::Temperature::celsius);
  out.number("temp_threshold_shutdown", sum.first.shutdown_temperature, &base::Temperature::celsius);
  out.number("score", run.benchmark.score);
}

void write_run(DocumentWriter& out, const record::RunRecord& run) {
  out.text("run_id", run.facts.run_id);
  out.known_text("label", run.facts.label);
  out.text("tool_version", run.facts.tool_version);
  out.text("host", run.facts.host);
  out.text("start_time", base::utc_text_milliseconds(run.start_time()));
  out.text("end_time", base::utc_text_milliseconds(run.end_time()));
  out.number("interval_seconds", base::to_seconds(run.facts.interval));
  out.map("source", [&] {
    out.text("kind", run.facts.source.name);
    out.boolean("replay", run.facts.source.is_replay());
    out.text("description", run.facts.source.description);
    out.known_text("driver_version", run.facts.source.driver_version);
  });
  if (!run.facts.environment.empty())
    out.map("environment", [&] {
      for (const record::EnvironmentFact& fact : run.facts.environment) out.text(fact.name.c_str(), fact.value);
    });
}

void write_benchmark(DocumentWriter& out, const record::BenchmarkRecord& benchmark) {
  out.map("workload", [&] {
    out.text("kind", benchmark.kind);
    out.text("name", benchmark.what_ran.empty() ? benchmark.name : benchmark.what_ran);
    out.known_text("command", benchmark.command_line);
    out.known_text("image_id", benchmark.image_id);
    out.known_text("engine", benchmark.engine);
    out.known_text("gpu_access", benchmark.gpu_access);
    benchmark.exit_code ? out.integer("exit_code", *benchmark.exit_code) : out.null("exit_code");
    out.boolean("out_of_memory", benchmark.out_of_memory);
    out.boolean("interrupted", benchmark.interrupted);
    if (benchmark.attached) out.boolean("attached", true);
  });
}

// Half-widths for k = 2, and the standard uncertainties that they come from.
void write_uncertainty(DocumentWriter& out, const char* key, const energy::Uncertainty& uncertainty, base::Energy energy) {
  const auto percent_of = [&](base::Energy half_width) {
    return energy > base::Energy{} ? std::optional(half_width / energy * 100) : std::nullopt;
  };
  out.map(key, [&] {
    out.number("comparative_joules", uncertainty.comparative().joules());
    out.number("comparative_percent", percent_of(uncertainty.comparative()));
    out.number("absolute_joules", uncertainty.absolute().joules());
    out.number("absolute_percent", percent_of(uncertainty.absolute()));
    out.list("terms", uncertainty.terms, [&](const energy::UncertaintyTerm& term) {
      out.text("name", term.name);
      out.number("standard_joules", term.standard.joules());
      out.boolean("absolute_only", term.absolute_only);
      out.text("explanation", term.explanation);
    });
  });
}

// The work that the benchmark reports, and what a unit of it took.
void write_work(DocumentWriter& out, const std::optional<record::Work>& work, const record::WorkRate& rate) {
  out.map_or_null("work", work, [&](const record::Work& known) {
    out.number("amount", known.amount);
    out.text("unit", known.unit);
    out.number("per_second", rate.per_second);
    out.number("joules_per_unit", rate.energy, &base::Energy::joules);
    out.number("comparative_joules_per_unit", rate.energy ? std::optional(rate.comparative.joules()) : std::nullopt);
    out.number("absolute_joules_per_unit", rate.energy ? std::optional(rate.absolute.joules()) : std::nullopt);
    out.number("grams_per_unit", rate.emissions, &base::Emissions::grams);
  });
}

void write_part(DocumentWriter& out, const record::RunRecord& run, const record::PartRecord& part) {
  const bool ran = part.ran != base::Window{};
  write_benchmark(out, part.benchmark);
  out.known_text("start_time", ran ? base::utc_text_milliseconds(run.facts.anchor.to_wall(part.ran.start)) : std::string());
  out.known_text("end_time", ran ? base::utc_text_milliseconds(run.facts.anchor.to_wall(part.ran.end)) : std::string());
  out.number("elapsed_seconds", ran ? std::optional(base::to_seconds(part.ran.length())) : std::nullopt);
  out.values("gpus", part.gpus);
  out.number("energy_joules", part.energy, &base::Energy::joules);
  if (part.energy) {
    write_uncertainty(out, "energy_uncertainty", part.uncertainty, *part.energy);
  } else {
    out.null("energy_uncertainty");
  }
  out.number("score", part.benchmark.score);
  write_work(out, part.benchmark.work, record::work_rate(part));
  out.text("log", part.log);
  out.known_text("note", part.note);
}

void write_tick(DocumentWriter& out, const std::optional<energy::CounterTick>& tick) {
  out.map_or_null("tick", tick, [&](const energy::CounterTick& known) {
    out.text("source", "steps of the counter in the idle time before and after the run");
    out.number("half_width_seconds", base::to_seconds(known.half_width));
    out.count("readings", known.readings);
  });
}

void write_estimate(DocumentWriter& out, const char* key, const std::optional<energy::EnergyEstimate>& estimate,
                    bool with_tick = false) {
  out.map_or_null(key, estimate, [&](const energy::EnergyEstimate& known) {
    out.number("energy_joules", known.energy.joules());
    out.text("method", energy::method_text(known));
    out.number("coverage", known.coverage.fraction());
    out.number("longest_gap_seconds", base::to_seconds(known.longest_gap));
    out.count("samples", known.samples);
    if (with_tick) write_tick(out, known.tick);
    write_uncertainty(out, "uncertainty", known.uncertainty, known.energy);
  });
}

void write_check(DocumentWriter& out, const energy::CounterCheck& check) {
  out.map("counter_check", [&] {
    out.text("state", energy::state_text(check.state));
    out.known_text("reason", check.reason);
    out.known_text("against", check.against);
    out.number("difference_joules", check.difference, &base::Energy::joules);
    out.number("slope", check.slope, &base::Ratio::fraction);
  });
}

void write_idle_level(DocumentWriter& out, const char* key, const std::optional<energy::IdleLevel>& level) {
  out.map_or_null(key, level, [&](const energy::IdleLevel& known) {
    out.number("power_watts", known.power.watts());
    out.number("standard_uncertainty_watts", known.uncertainty.watts());
    out.number("utilization_percent", known.utilization, &base::Ratio::percent);
    out.number("temperature_celsius", known.temperature, &base::Temperature::celsius);
    out.number("warming_celsius", known.warming, &base::Temperature::celsius);
  });
}

void write_idle(DocumentWriter& out, const energy::IdleBaseline& idle) {
  out.map("idle", [&] {
    out.boolean("settled", idle.settled);
    out.known_text("doubt", idle.doubt);
    write_idle_level(out, "before", idle.before);
    write_idle_level(out, "after", idle.after);
    out.number("energy_above_joules", idle.above, &base::Energy::joules);
    if (idle.above) {
      write_uncertainty(out, "uncertainty", idle.uncertainty, *idle.above);
    } else {
      out.null("uncertainty");
    }
  });
}

void write_gpu_energy(DocumentWriter& out, const energy::GpuEnergy& gpu) {
  const energy::EnergyEstimate* best = gpu.best();
  out.number("energy_joules", best != nullptr ? std::optional(best->energy.joules()) : std::nullopt);
  out.known_text("energy_method", best != nullptr ? energy::method_text(*best) : std::string());
  out.map("energy", [&] {
    write_estimate(out, "counter", gpu.counter, true);
    write_estimate(out, "ring", gpu.ring);
    write_estimate(out, "average", gpu.average);
    out.number("ring_minus_counter_joules", ring_minus_counter(gpu), &base::Energy::joules);
    out.number("ring_minus_counter_percent", ring_difference(gpu), &base::Ratio::percent);
    write_check(out, gpu.check);
    write_idle(out, gpu.idle);
  });
}

void write_quality(DocumentWriter& out, const record::GpuRecord& gpu) {
  const record::SeriesQuality& quality = gpu.quality;
  out.map("quality", [&] {
    const auto& ring = gpu.energy.ring;
    out.number("coverage", ring ? std::optional(ring->coverage.fraction()) : std::nullopt);
    out.number("longest_gap_seconds", ring ? std::optional(base::to_seconds(ring->longest_gap)) : std::nullopt);
    out.count("power_samples", quality.ring.samples);
    out.count("lost_power_samples", quality.ring.lost);
    const auto seconds_of = [](base::Duration duration, std::size_t samples) {
      return samples > 1 ? std::optional(base::to_seconds(duration)) : std::nullopt;
    };
    out.number("power_sample_spacing_seconds", seconds_of(quality.ring.spacing, quality.ring.samples));
    out.number("power_sample_jitter_seconds", seconds_of(quality.ring.jitter, quality.ring.samples));
    out.number("reading_jitter_seconds", seconds_of(quality.reading_jitter, gpu.statistics.readings));
    out.count("readings_without_power", quality.readings_without_power);
    out.count("counter_readings", quality.counter_readings);
    out.count("counter_restarts", quality.counter_restarts);
  });
}

void write_utilized(DocumentWriter& out, const record::GpuRecord& gpu) {
  const bool known = gpu.utilized_time && *gpu.utilized_time > base::Duration::zero() && gpu.utilized_energy;
  out.number("utilized_seconds", gpu.utilized_time ? std::optional(base::to_seconds(*gpu.utilized_time)) : std::nullopt);
  out.number("utilized_energy_joules", gpu.utilized_energy, &base::Energy::joules);
  out.number("utilized_power_watts", known ? std::optional(*gpu.utilized_energy / *gpu.utilized_time) : std::nullopt,
             &base::Power::watts);
}

void write_users(DocumentWriter& out, const record::GpuEvents& events) {
  out.list("users", events.users, [&](const record::GpuUser& user) {
    out.integer("process", user.id);
    out.known_text("name", user.name);
    out.text("kind", user_kind_name(user.kind));
    out.number("memory_mib", user.most_memory, &base::Bytes::mebibytes);
    out.boolean("left_running", user.left_running);
  });
  out.count("more_users", events.more_users);
  out.known_text("users_untold", events.users_untold);
}

void write_events(DocumentWriter& out, const record::GpuEvents& events) {
  const auto count = [&](const char* key, const std::optional<std::uint64_t>& number) {
    number ? out.count(key, static_cast<std::size_t>(*number)) : out.null(key);
  };
  out.map("events", [&] {
    out.count("checks", events.checks);
    out.list("throttle_times", events.throttle_times, [&](const record::ThrottleTime& time) {
      out.text("reason", time.reason);
      out.number("seconds", base::to_seconds(time.time));
      out.boolean("slowdown", time.slowdown);
    });
    out.text("throttle_source", events.throttle_times_known ? "driver" : "readings");
    count("corrected_memory_errors", events.corrected_errors);
    count("uncorrected_memory_errors", events.uncorrected_errors);
    count("remapped_rows", events.remapped_rows);
    out.boolean("xids_told", events.xids_told);
    out.list("xids", events.xids, [&](std::uint64_t xid) { out.integer("xid", static_cast<long long>(xid)); });
    write_users(out, events);
  });
}

// "sm_clock_mhz"
std::string key_of(const meter::ValueFacts& value) {
  return std::string(value.key) + "_" + std::string(value.key_unit);
}

void write_statistics(DocumentWriter& out, const std::string& key, const std::optional<record::Statistics>& statistics) {
  out.map_or_null(key.c_str(), statistics, [&](const record::Statistics& known) {
    out.number("average", known.utilized_count > 0 ? std::optional(known.average) : std::nullopt);
    out.number("average_all", known.average_all);
    out.number("maximum", known.maximum);
    out.count("utilized_readings", known.utilized_count);
  });
}

void write_limits(DocumentWriter& out, const meter::GpuDescription& gpu) {
  const auto write = [&](std::string_view name, const auto& value, const auto& unit) {
    out.number((std::string(name) + "_" + std::string(unit.name)).c_str(), value, unit.number);
  };
  out.map("limits", [&] {
    meter::for_each_limit([&](std::string_view name, auto limit, const auto& unit) {
      if constexpr (std::is_same_v<std::decay_t<decltype(unit)>, base::Unit<base::Bytes>>)
        write(name, gpu.*limit, base::kMebibytes);
      else
        write(name, gpu.*limit, unit);
    });
  });
}

void write_gpu(DocumentWriter& out, const record::GpuRecord& gpu) {
  out.integer("index", gpu.gpu.index);
  out.text("name", gpu.gpu.name);
  out.known_text("uuid", gpu.gpu.uuid);
  out.known_text("pci_bus_id", gpu.gpu.pci_bus_id);
  out.boolean("mig", gpu.gpu.partitioned);
  write_limits(out, gpu.gpu);
  write_gpu_energy(out, gpu.energy);
  out.number("average_power_watts", gpu.average_power, &base::Power::watts);
  out.number("peak_power_watts", gpu.peak_power, &base::Power::watts);
  write_utilized(out, gpu);
  write_quality(out, gpu);
  write_events(out, gpu.events);
  out.count("readings", gpu.statistics.readings);
  for (const meter::ValueFacts& value : meter::kValueFacts)
    if (value.shown) write_statistics(out, key_of(value), gpu.statistics[value.kind]);
  if (const auto activity = record::activity_of(gpu); !activity.empty())
    out.document("activity", activity_document(activity, {gpu}));
  out.list("throttling", gpu.statistics.throttling, [&](const record::ThrottleShare& share) {
    out.text("reason", share.reason);
    out.number("share", share.share.fraction());
    out.boolean("slowdown", share.slowdown);
  });
}

void write_slot(DocumentWriter& out, const carbon::SlotEmissions& slot) {
  out.text("from", base::utc_text_milliseconds(slot.from));
  out.text("to", base::utc_text_milliseconds(slot.to));
  out.number("energy_joules", slot.energy.joules());
  out.number("intensity_grams_per_kwh", slot.intensity.intensity.grams_per_kilowatt_hour());
  out.number("emissions_grams", slot.emissions.grams());
  out.text("kind", carbon::kind_text(slot.intensity.kind));
  out.text("source", slot.intensity.source);
  const bool was_fetched = slot.intensity.fetched != base::WallTime{};
  out.known_text("fetched", was_fetched ? base::utc_text(slot.intensity.fetched) : std::string());
}

void write_emissions(DocumentWriter& out, const record::RunRecord& run) {
  out.known_text("carbon_region", run.carbon_place);
  out.map_or_null("emissions", run.emissions, [&](const carbon::EmissionsAccount& known) {
    out.number("total_grams", known.total.grams());
    out.number("uncertainty_grams", known.uncertainty, &base::Emissions::grams);
    out.number("average_grams_per_kwh", known.average.grams_per_kilowatt_hour());
    out.boolean("used_yearly_factor", known.used_yearly_factor);
    out.list("slots", known.slots, [&](const carbon::SlotEmissions& slot) { write_slot(out, slot); });
  });
}

void write_footprint(DocumentWriter& out, const carbon::Footprint& footprint) {
  out.number("pue", footprint.pue.fraction());
  out.number("operational_grams", footprint.operational.grams());
  out.number("operational_uncertainty_grams", footprint.operational_uncertainty, &base::Emissions::grams);
  out.number("operational_above_idle_grams", footprint.above_idle, &base::Emissions::grams);
  out.number("embodied_grams", footprint.embodied, &base::Emissions::grams);
  out.map_or_null("embodied_share", footprint.embodied_share, [&](const carbon::EmbodiedShare& share) {
    out.number("making_grams", share.making.grams());
    out.text("source", share.source);
    out.number("reserved_seconds", base::to_seconds(share.reserved));
    out.number("lifetime_seconds", base::to_seconds(share.lifetime));
    out.number("resources", share.resources.fraction());
  });
  out.number("total_grams", footprint.total, &base::Emissions::grams);
  out.text("functional_unit", footprint.functional_unit);
  out.number("functional_units", footprint.functional_units);
  out.number("sci_grams_per_unit", footprint.sci, &base::Emissions::grams);
}

// Of a recovered run nobody has counted them.
class ToolFigures {
 public:
  ToolFigures(DocumentWriter& out, const record::RunRecord& run) : out_(out), known_(run.tool_cost_known()) {}
  void count(const std::string& key, std::size_t value) { known_ ? out_.count(key.c_str(), value) : out_.null(key.c_str()); }
  void number(const std::string& key, double value) {
    out_.number(key.c_str(), known_ ? std::optional(value) : std::nullopt);
  }
  void calls(const std::string& name, const meter::CallCost& cost) {
    count(name + "_calls", cost.calls);
    number(name + "_seconds", base::to_seconds(cost.time));
  }

 private:
  DocumentWriter& out_;
  bool known_;
};

void write_tool(DocumentWriter& out, const record::RunRecord& run) {
  out.map("tool_cost", [&] {
    ToolFigures tool(out, run);
    tool.number("cpu_seconds", run.cost.cpu_seconds);
    tool.number("cpu_percent_of_run", run.cost.cpu_seconds / base::to_seconds(run.elapsed()) * 100);
    tool.number("peak_resident_mib", run.cost.peak_resident.mebibytes());
    tool.count("deadlines", run.sampling.deadlines);
    tool.count("late_deadlines", run.sampling.late);
    tool.number("worst_lateness_seconds", base::to_seconds(run.sampling.worst_lateness));
    tool.calls("driver_readings", run.sampling.driver.readings);
    tool.calls("driver_drains", run.sampling.driver.drains);
    tool.calls("driver_counters", run.sampling.driver.counters);
    tool.number("wall_clock_step_seconds", base::to_seconds(run.sampling.wall_clock_step));
  });
  out.map("export", [&] {
    out.boolean("requested", run.exported.requested);
    out.known_text("destination", run.exported.destination);
    out.count("recorded", run.exported.recorded);
    out.count("accepted", run.exported.accepted);
    out.count("verified", run.exported.verified);
    out.count("pending", run.exported.pending);
    out.count("quarantined", run.exported.quarantined);
    out.known_text("reason", run.exported.reason);
  });
}

}  // namespace

Document metrics_document(const record::RunRecord& run) {
  DocumentWriter out;
  write_predecessor_keys(out, run);
  out.integer("schema_version", kMetricsSchemaVersion);
  write_run(out, run);
  write_benchmark(out, run.benchmark);
  if (!run.parts.empty())
    out.list("containers", run.parts, [&](const record::PartRecord& part) { write_part(out, run, part); });
  out.number("total_energy_joules", run.total_energy, &base::Energy::joules);
  if (run.total_energy) {
    write_uncertainty(out, "total_energy_uncertainty", run.total_uncertainty, *run.total_energy);
  } else {
    out.null("total_energy_uncertainty");
  }
  write_work(out, run.benchmark.work, record::work_rate(run));
  out.list("gpus", run.gpus, [&](const record::GpuRecord& gpu) { write_gpu(out, gpu); });
  out.known_text("gpus_chosen_by", run.facts.benchmark_gpus.by);
  out.list("other_gpus", run.other_gpus, [&](const record::GpuRecord& gpu) { write_gpu(out, gpu); });
  if (run.phases) {
    out.document("phases", phases_document(run));
    out.document("phases_by", phases_by_document(*run.phases));
  }
  write_emissions(out, run);
  out.map_or_null("footprint", run.footprint, [&](const carbon::Footprint& footprint) { write_footprint(out, footprint); });
  out.list("findings", run.findings, [&](const record::Finding& finding) {
    out.text("name", record::finding_name(finding));
    out.text("text", record::finding_text(finding));
  });
  write_tool(out, run);
  return out.finish();
}

}  // namespace gpubench::report
