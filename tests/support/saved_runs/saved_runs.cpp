#include "support/saved_runs/saved_runs.h"

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runs/journal_notes.h"
#include "series/journal/journal.h"
#include "sets/saved_set.h"

namespace gpubench::support {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr base::SteadyTime kBegin{1000s};
constexpr base::WallTime kBeginUtc{1'790'000'000s};
constexpr base::Duration kLength = 10s;

record::RunFacts facts_of(const JournalledRun& run) {
  record::RunFacts facts;
  facts.run_id = run.id;
  facts.tool_version = "0.9";
  facts.host = "node1";
  facts.anchor = {kBegin, kBeginUtc};
  facts.source = {"nvml", "NVML", "580.1", ""};
  facts.gpus.resize(1);
  facts.gpus[0].name = "NVIDIA H200";
  facts.gpus[0].uuid = run.gpu;
  facts.benchmark_gpus.positions = {0};
  facts.carbon.source = run.carbon_source;
  if (run.grams_per_kwh) facts.carbon.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(*run.grams_per_kwh);
  return facts;
}

std::string ended_as_it_should() {
  record::Measured measured;
  measured.workload.name = "train";
  measured.outcome.ran = {kBegin, kBegin + kLength};
  measured.outcome.exit_code = 0;
  return runs::ended_note(measured);
}

std::string closing_of(const JournalledRun& saved) {
  record::RunRecord run;
  run.facts.invocation = saved.invocation;
  run.carbon_place = "South England";
  carbon::SlotEmissions slot;
  slot.intensity = {kBeginUtc - 1000s,
                    kBeginUtc + 1000s,
                    base::CarbonIntensity::from_grams_per_kilowatt_hour(360),
                    saved.grams_per_kwh ? carbon::IntensityKind::user_value : carbon::IntensityKind::forecast,
                    "a source",
                    kBeginUtc - 2000s};
  if (saved.grams_per_kwh)
    slot.intensity.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(*saved.grams_per_kwh);
  run.emissions.emplace();
  run.emissions->slots = {slot};
  return runs::closing_note(run);
}

std::shared_ptr<series::Journal> journal_of(const fs::path& results, const JournalledRun& run) {
  fs::create_directories(results / run.id);
  std::shared_ptr<series::Journal> journal = series::Journal::create(results / run.id, run.id).value();
  journal->note(runs::facts_note(facts_of(run), {}));
  return journal;
}

void append_power(series::Journal& journal, base::SteadyTime begin, base::SteadyTime end) {
  for (base::SteadyTime at = begin; at < end; at += 20ms)
    journal.append(0, meter::PowerSample{at, base::Power::from_watts(200)});
}

}  // namespace

void save_journal(const fs::path& results, const JournalledRun& run) {
  const auto journal = journal_of(results, run);
  if (run.until == Until::start) return;
  append_power(*journal, kBegin - 1s, kBegin);
  journal->note(runs::started_note(kBegin));
  append_power(*journal, kBegin, run.until == Until::middle ? kBegin + kLength / 2 : kBegin + kLength + 1s);
  if (run.until == Until::middle) return;
  journal->note(ended_as_it_should());
  if (run.until == Until::closing) journal->note(closing_of(run));
}

std::shared_ptr<void> save_living_run(const fs::path& results, const std::string& id) {
  return journal_of(results, {id, Until::start});
}

void save_metrics(const fs::path& results, const std::string& id, double joules, const std::string& changes) {
  constexpr double kJoulesPerKilowattHour = 3.6e6;
  constexpr double kGramsPerKilowattHour = 120;
  Json metrics{{"schema_version", 1},
               {"run_id", id},
               {"benchmark", "simulate"},
               {"name", "NVIDIA H200"},
               {"device_count", 1},
               {"host", "node1"},
               {"tool_version", "0.1.0"},
               {"start_time", "2026-11-29T12:00:00.000Z"},
               {"start_datetime", "2026-11-29 12:00:00"},
               {"elapsed_time", 4.0},
               {"total_energy", joules / kJoulesPerKilowattHour},
               {"total_carbon", joules / kJoulesPerKilowattHour * kGramsPerKilowattHour},
               {"av_carbon_forecast", kGramsPerKilowattHour},
               {"source", {{"kind", "nvml"}, {"replay", false}, {"description", ""}, {"driver_version", "560.35"}}},
               {"workload", {{"kind", "command"}, {"name", "simulate"}, {"command", "simulate --steps 10"}}},
               {"total_energy_joules", joules},
               {"total_energy_uncertainty", {{"comparative_joules", 2.0}, {"absolute_joules", 200.0}}},
               {"findings", Json::array()}};
  metrics["gpus"].push_back(
      {{"uuid", "GPU-a"}, {"name", "NVIDIA H200"}, {"energy_joules", joules}, {"limits", {{"power_limit_watts", 700.0}}}});
  metrics.merge_patch(Json::parse(changes));
  fs::create_directories(results / id);
  std::ofstream(results / id / "metrics.json") << metrics.dump();
}

void save_set_of_runs(const fs::path& results, const std::string& id, const std::string& label,
                      const VariantJoules& variants) {
  sets::RunSet set;
  set.id = id;
  set.label = label;
  set.benchmark = "simulate";
  set.complete = true;
  set.sittings = {{"2026-11-29T12:00:00.000Z", "node1", "0.1.0"}};
  for (const auto& [variant, all_joules] : variants) {
    set.variants.push_back({variant, "simulate", ""});
    for (std::size_t i = 0; i < all_joules.size(); ++i) {
      const std::string block = std::to_string(i + 1);
      set.members.push_back({id + "-" + variant + "-" + block, sets::Role::counted, {}, variant, i + 1});
      save_metrics(results, set.members.back().run, all_joules[i],
                   R"({"start_time": "2026-11-29T12:0)" + block + R"(:00.000Z"})");
    }
  }
  fs::create_directories(results / id);
  static_cast<void>(sets::save_set(results / id, set));
}

}  // namespace gpubench::support
