#include "report/metrics_yaml.h"

#include <yaml-cpp/yaml.h>

#include <cmath>
#include <functional>
#include <optional>
#include <string_view>

#include "report/summary.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

// Raised when a key changes its meaning or goes; new keys do not raise it.
constexpr int kSchemaVersion = 1;

// Writes keys and values: numbers exact and in no locale, foreign strings always quoted, unknown as null.
class YamlWriter {
 public:
  void text(const char* key, std::string_view value) {
    out_ << YAML::Key << key << YAML::Value << YAML::DoubleQuoted << valid_utf8(value);
  }
  // An empty string is not known.
  void known_text(const char* key, std::string_view value) { value.empty() ? null(key) : text(key, value); }
  void null(const char* key) { out_ << YAML::Key << key << YAML::Value << YAML::Null; }
  void boolean(const char* key, bool value) { out_ << YAML::Key << key << YAML::Value << value; }
  void integer(const char* key, long long value) { out_ << YAML::Key << key << YAML::Value << std::to_string(value); }
  void count(const char* key, std::size_t value) { integer(key, static_cast<long long>(value)); }
  void number(const char* key, std::optional<double> value) {
    if (value && std::isfinite(*value)) {
      out_ << YAML::Key << key << YAML::Value << exact_number(*value);
    } else {
      null(key);
    }
  }
  template <class Quantity>
  void number(const char* key, const std::optional<Quantity>& value, double (Quantity::*unit)() const) {
    number(key, value ? std::optional<double>(((*value).*unit)()) : std::nullopt);
  }
  void map(const char* key, const std::function<void()>& content) {
    out_ << YAML::Key << key << YAML::Value << YAML::BeginMap;
    content();
    out_ << YAML::EndMap;
  }
  // A map where there is a value, else null.
  template <class Value, class Write>
  void map_or_null(const char* key, const std::optional<Value>& value, Write write) {
    if (value) {
      map(key, [&] { write(*value); });
    } else {
      null(key);
    }
  }
  template <class Items, class Write>
  void list(const char* key, const Items& items, Write write) {
    out_ << YAML::Key << key << YAML::Value << YAML::BeginSeq;
    for (const auto& item : items) {
      out_ << YAML::BeginMap;
      write(item);
      out_ << YAML::EndMap;
    }
    out_ << YAML::EndSeq;
  }
  void begin() { out_ << YAML::BeginMap; }
  [[nodiscard]] std::string end() {
    out_ << YAML::EndMap;
    return std::string(out_.c_str()) + "\n";
  }

 private:
  YAML::Emitter out_;
};

// The keys of the Python tool, with its units and meaning.
void write_predecessor_keys(YamlWriter& yaml, const record::RunRecord& run) {
  const Summary sum = summarize(run);
  yaml.text("benchmark", run.benchmark.name);
  yaml.known_text("name", sum.gpu_names);
  yaml.count("device_count", run.gpus.size());
  yaml.number("elapsed_time", base::to_seconds(run.elapsed()));
  yaml.text("start_datetime", base::utc_table_text(run.start_time()));
  yaml.text("end_datetime", base::utc_table_text(run.end_time()));
  yaml.number("total_energy", run.total_energy, &base::Energy::kilowatt_hours);
  yaml.number("total_carbon", sum.total_carbon, &base::Emissions::grams);
  yaml.number("av_carbon_forecast", sum.average_intensity, &base::CarbonIntensity::grams_per_kilowatt_hour);
  yaml.number("start_carbon_forecast", sum.start_intensity, &base::CarbonIntensity::grams_per_kilowatt_hour);
  yaml.number("end_carbon_forecast", sum.end_intensity, &base::CarbonIntensity::grams_per_kilowatt_hour);
  yaml.number("av_util", sum.utilization.average);
  yaml.number("av_power", sum.power.average);
  yaml.number("av_temp", sum.temperature.average);
  yaml.number("av_mem", sum.memory.average);
  yaml.number("av_clk_speed", sum.sm_clock.average);
  yaml.number("av_mem_clk_speed", sum.memory_clock.average);
  yaml.number("max_power_limit", sum.first.power_limit, &base::Power::watts);
  yaml.number("total_mem", sum.first.memory_total, &base::Bytes::mebibytes);
  yaml.number("max_clk_speed", sum.first.max_sm_clock, &base::Frequency::megahertz);
  yaml.number("max_mem_clk_speed", sum.first.max_memory_clock, &base::Frequency::megahertz);
  yaml.number("temp_threshold_gpu_max", sum.first.max_operating_temperature, &base::Temperature::celsius);
  yaml.number("temp_threshold_slowdown", sum.first.slowdown_temperature, &base::Temperature::celsius);
  yaml.number("temp_threshold_shutdown", sum.first.shutdown_temperature, &base::Temperature::celsius);
  yaml.number("score", run.benchmark.score);
}

void write_run(YamlWriter& yaml, const record::RunRecord& run) {
  yaml.text("run_id", run.run_id);
  yaml.text("tool_version", run.tool_version);
  yaml.text("host", run.host);
  yaml.text("start_time", base::utc_text_milliseconds(run.start_time()));
  yaml.text("end_time", base::utc_text_milliseconds(run.end_time()));
  yaml.number("interval_seconds", base::to_seconds(run.interval));
  yaml.map("source", [&] {
    const bool replay = run.source.kind == meter::SourceKind::replay;
    yaml.text("kind", std::string(meter::source_name(run.source.kind)));
    yaml.boolean("replay", replay);
    yaml.text("description", run.source.description);
    yaml.known_text("driver_version", run.source.driver_version);
  });
}

void write_benchmark(YamlWriter& yaml, const record::BenchmarkRecord& benchmark) {
  yaml.map("workload", [&] {
    yaml.text("kind", benchmark.kind);
    yaml.text("name", benchmark.name);
    yaml.known_text("command", benchmark.command_line);
    yaml.known_text("image_id", benchmark.image_id);
    yaml.known_text("engine", benchmark.engine);
    yaml.known_text("gpu_access", benchmark.gpu_access);
    benchmark.exit_code ? yaml.integer("exit_code", *benchmark.exit_code) : yaml.null("exit_code");
    yaml.boolean("out_of_memory", benchmark.out_of_memory);
    yaml.boolean("interrupted", benchmark.interrupted);
  });
}

void write_estimate(YamlWriter& yaml, const char* key, const std::optional<energy::EnergyEstimate>& estimate) {
  yaml.map_or_null(key, estimate, [&](const energy::EnergyEstimate& known) {
    yaml.number("energy_joules", known.energy.joules());
    yaml.text("method", energy::method_text(known.method));
    yaml.number("coverage", known.coverage.fraction());
    yaml.number("longest_gap_seconds", base::to_seconds(known.longest_gap));
    yaml.count("samples", known.samples);
  });
}

void write_gpu_energy(YamlWriter& yaml, const energy::GpuEnergy& gpu) {
  const energy::EnergyEstimate* best = gpu.best();
  yaml.number("energy_joules", best != nullptr ? std::optional(best->energy.joules()) : std::nullopt);
  yaml.known_text("energy_method", best != nullptr ? energy::method_text(best->method) : std::string_view());
  yaml.map("energy", [&] {
    write_estimate(yaml, "counter", gpu.counter);
    write_estimate(yaml, "ring", gpu.ring);
    write_estimate(yaml, "average", gpu.average);
    yaml.number("ring_minus_counter_joules", ring_minus_counter(gpu), &base::Energy::joules);
    yaml.number("ring_minus_counter_percent", ring_difference(gpu), &base::Ratio::percent);
  });
}

void write_statistics(YamlWriter& yaml, const char* key, const std::optional<record::Statistics>& statistics) {
  yaml.map_or_null(key, statistics, [&](const record::Statistics& known) {
    yaml.number("average", known.utilized_count > 0 ? std::optional(known.average) : std::nullopt);
    yaml.number("average_all", known.average_all);
    yaml.number("maximum", known.maximum);
    yaml.count("utilized_readings", known.utilized_count);
  });
}

void write_limits(YamlWriter& yaml, const meter::GpuDescription& gpu) {
  yaml.map("limits", [&] {
    yaml.number("power_limit_watts", gpu.power_limit, &base::Power::watts);
    yaml.number("max_power_limit_watts", gpu.max_power_limit, &base::Power::watts);
    yaml.number("memory_total_mib", gpu.memory_total, &base::Bytes::mebibytes);
    yaml.number("max_sm_clock_mhz", gpu.max_sm_clock, &base::Frequency::megahertz);
    yaml.number("max_memory_clock_mhz", gpu.max_memory_clock, &base::Frequency::megahertz);
    yaml.number("max_operating_celsius", gpu.max_operating_temperature, &base::Temperature::celsius);
    yaml.number("slowdown_celsius", gpu.slowdown_temperature, &base::Temperature::celsius);
    yaml.number("shutdown_celsius", gpu.shutdown_temperature, &base::Temperature::celsius);
  });
}

void write_gpu(YamlWriter& yaml, const record::GpuRecord& gpu) {
  yaml.integer("index", gpu.gpu.index);
  yaml.text("name", gpu.gpu.name);
  yaml.known_text("uuid", gpu.gpu.uuid);
  yaml.known_text("pci_bus_id", gpu.gpu.pci_bus_id);
  write_limits(yaml, gpu.gpu);
  write_gpu_energy(yaml, gpu.energy);
  yaml.number("average_power_watts", gpu.average_power, &base::Power::watts);
  yaml.number("peak_power_watts", gpu.peak_power, &base::Power::watts);
  yaml.count("readings", gpu.readings);
  write_statistics(yaml, "utilization_percent", gpu.utilization);
  write_statistics(yaml, "power_watts", gpu.power);
  write_statistics(yaml, "temperature_celsius", gpu.temperature);
  write_statistics(yaml, "memory_mib", gpu.memory);
  write_statistics(yaml, "sm_clock_mhz", gpu.sm_clock);
  write_statistics(yaml, "memory_clock_mhz", gpu.memory_clock);
  yaml.list("throttling", gpu.throttling, [&](const record::ThrottleShare& share) {
    yaml.text("reason", share.reason);
    yaml.number("share", share.share.fraction());
    yaml.boolean("slowdown", share.slowdown);
  });
}

void write_slot(YamlWriter& yaml, const carbon::SlotEmissions& slot) {
  yaml.text("from", base::utc_text_milliseconds(slot.from));
  yaml.text("to", base::utc_text_milliseconds(slot.to));
  yaml.number("energy_joules", slot.energy.joules());
  yaml.number("intensity_grams_per_kwh", slot.intensity.intensity.grams_per_kilowatt_hour());
  yaml.number("emissions_grams", slot.emissions.grams());
  yaml.text("kind", carbon::kind_text(slot.intensity.kind));
  yaml.text("source", slot.intensity.source);
  yaml.text("fetched", base::utc_text(slot.intensity.fetched));
}

void write_emissions(YamlWriter& yaml, const record::RunRecord& run) {
  yaml.known_text("carbon_region", run.carbon_region);
  yaml.map_or_null("emissions", run.emissions, [&](const carbon::EmissionsAccount& known) {
    yaml.number("total_grams", known.total.grams());
    yaml.number("average_grams_per_kwh", known.average.grams_per_kilowatt_hour());
    yaml.boolean("used_yearly_factor", known.used_yearly_factor);
    yaml.list("slots", known.slots, [&](const carbon::SlotEmissions& slot) { write_slot(yaml, slot); });
  });
}

void write_tool(YamlWriter& yaml, const record::RunRecord& run) {
  yaml.map("tool_cost", [&] {
    yaml.number("cpu_seconds", run.cost.cpu_seconds);
    yaml.number("peak_resident_mib", run.cost.peak_resident.mebibytes());
    yaml.count("deadlines", run.cost.deadlines);
    yaml.count("late_deadlines", run.cost.late_deadlines);
    yaml.number("worst_lateness_seconds", base::to_seconds(run.cost.worst_lateness));
  });
  yaml.map("export", [&] {
    yaml.boolean("requested", run.exported.requested);
    yaml.known_text("destination", run.exported.destination);
    yaml.count("recorded", run.exported.recorded);
    yaml.count("accepted", run.exported.accepted);
    yaml.known_text("reason", run.exported.reason);
  });
}

}  // namespace

std::string metrics_yaml(const record::RunRecord& run) {
  YamlWriter yaml;
  yaml.begin();
  write_predecessor_keys(yaml, run);
  yaml.integer("schema_version", kSchemaVersion);
  write_run(yaml, run);
  write_benchmark(yaml, run.benchmark);
  yaml.number("total_energy_joules", run.total_energy, &base::Energy::joules);
  yaml.list("gpus", run.gpus, [&](const record::GpuRecord& gpu) { write_gpu(yaml, gpu); });
  write_emissions(yaml, run);
  yaml.list("findings", run.findings, [&](const record::Finding& finding) {
    yaml.text("name", record::finding_name(finding));
    yaml.text("text", record::finding_text(finding));
  });
  write_tool(yaml, run);
  return yaml.end();
}

}  // namespace gpubench::report
