#include "report/exchange/ro_crate.h"

#include <array>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/json.h"
#include "base/text.h"

namespace gpubench::report {
namespace {

using Entity = nlohmann::ordered_json;

constexpr const char* kProfile = "https://w3id.org/ro/wfrun/process/0.5";

Entity reference(const std::string& id) {
  return {{"@id", id}};
}

struct ResultFile {
  const char* name;
  const char* meaning;
  const char* format;
};
constexpr std::array<ResultFile, 6> kResultFiles{{{"metrics.json", "all figures", "application/json"},
                                                  {"report.html", "everything on one page", "text/html"},
                                                  {"formatted_metrics.txt", "the tables", "text/plain"},
                                                  {"timeseries.csv", "readings at each interval", "text/csv"},
                                                  {"power.csv", "power every 20 ms", "text/csv"},
                                                  {"benchmark.log", "the benchmark's output", "text/plain"}}};

class Crate {
 public:
  explicit Crate(const record::RunRecord& run) : run_(run) {}

  std::string text(const std::filesystem::path& folder) {
    add_files(folder);
    add_usage();
    Entity graph = Entity::array();
    graph.push_back({{"@id", "ro-crate-metadata.json"},
                     {"@type", "CreativeWork"},
                     {"about", reference("./")},
                     {"conformsTo", reference("https://w3id.org/ro/crate/1.1")}});
    graph.push_back(root());
    graph.push_back({{"@id", kProfile}, {"@type", "CreativeWork"}, {"name", "Process Run Crate"}, {"version", "0.5"}});
    graph.push_back(program());
    graph.push_back(action());
    for (Entity& entity : entities_) graph.push_back(std::move(entity));
    const Entity crate{
        {"@context", {"https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"}},
        {"@graph", graph}};
    return base::json_text(crate, 2) + "\n";
  }

 private:
  [[nodiscard]] Entity root() const {
    return {{"@id", "./"},
            {"@type", "Dataset"},
            {"name", "Run " + run_.facts.run_id},
            {"description", "Time, energy and carbon emissions of " + base::valid_utf8(run_.benchmark.name) +
                                ", measured by iris-gpubench"},
            {"datePublished", base::utc_text_milliseconds(run_.end_time())},
            {"conformsTo", reference(kProfile)},
            {"hasPart", files_},
            {"mentions", reference("#run")}};
  }
  [[nodiscard]] Entity program() const {
    Entity program{{"@id", "#program"}, {"@type", "SoftwareApplication"}, {"name", base::valid_utf8(run_.benchmark.name)}};
    if (!run_.benchmark.image_id.empty()) program["softwareVersion"] = run_.benchmark.image_id;
    return program;
  }
  [[nodiscard]] Entity action() const {
    const bool succeeded = !run_.benchmark.interrupted && !record::has_failed(run_.benchmark);
    Entity action{
        {"@id", "#run"},
        {"@type", "CreateAction"},
        {"name", "Run of " + base::valid_utf8(run_.benchmark.name)},
        {"startTime", base::utc_text_milliseconds(run_.start_time())},
        {"endTime", base::utc_text_milliseconds(run_.end_time())},
        {"instrument", reference("#program")},
        {"result", files_},
        {"actionStatus", succeeded ? "http://schema.org/CompletedActionStatus" : "http://schema.org/FailedActionStatus"},
        {"resourceUsage", usage_}};
    if (!run_.facts.invocation.empty()) action["description"] = base::valid_utf8(run_.facts.invocation);
    return action;
  }
  void add_files(const std::filesystem::path& folder) {
    std::error_code error;
    for (const ResultFile& file : kResultFiles) {
      if (!std::filesystem::exists(folder / file.name, error)) continue;
      files_.push_back(reference(file.name));
      entities_.push_back({{"@id", file.name}, {"@type", "File"}, {"name", file.meaning}, {"encodingFormat", file.format}});
    }
  }
  void add_usage() {
    add_value("#elapsed", "elapsed time", base::to_seconds(run_.elapsed()), "http://qudt.org/vocab/unit/SEC");
    if (run_.total_energy) {
      add_value("#energy", "energy of the GPUs", run_.total_energy->joules(), "http://qudt.org/vocab/unit/J");
      add_value("#energy-comparative", "half-width of the energy's interval on these boards (k = 2)",
                run_.total_uncertainty.comparative().joules(), "http://qudt.org/vocab/unit/J");
      add_value("#energy-absolute", "half-width of the energy's absolute interval (k = 2)",
                run_.total_uncertainty.absolute().joules(), "http://qudt.org/vocab/unit/J");
    }
    if (run_.emissions)
      add_value("#emissions", "CO2 emissions from the energy", run_.emissions->total.grams(),
                "http://qudt.org/vocab/unit/GM");
  }
  void add_value(const char* id, const char* name, double value, const char* unit) {
    usage_.push_back(reference(id));
    entities_.push_back({{"@id", id}, {"@type", "PropertyValue"}, {"name", name}, {"value", value}, {"unitCode", unit}});
  }

  const record::RunRecord& run_;
  Entity files_ = Entity::array();
  Entity usage_ = Entity::array();
  Entity entities_ = Entity::array();
};

}  // namespace

std::string ro_crate(const record::RunRecord& run, const std::filesystem::path& folder) {
  return Crate(run).text(folder);
}

}  // namespace gpubench::report
