#include "workload/marks.h"

#include <algorithm>
#include <string_view>

namespace gpubench::workload {
namespace {

// "NAME=" with this value; `separator`: added to a list that may be there.
void set_variable(std::vector<std::string>& environment, const std::string& name, const std::string& value,
                  std::string_view separator = {}) {
  const auto is_it = [&](const std::string& variable) { return variable.starts_with(name); };
  const auto known = std::find_if(environment.begin(), environment.end(), is_it);
  if (known == environment.end())
    environment.push_back(name + value);
  else
    *known = !separator.empty() && *known != name ? *known + std::string(separator) + value : name + value;
}

}  // namespace

void give_results_folder(std::vector<std::string>& environment, const std::string& folder) {
  set_variable(environment, "IRIS_GPUBENCH_RESULTS=", folder);
}

void give_nvtx(std::vector<std::string>& environment, const std::string& library, const std::string& filter) {
  constexpr const char* variable = "NVTX_INJECTION64_PATH=";
  const bool is_set = std::any_of(environment.begin(), environment.end(),
                                  [&](const std::string& known) { return known.starts_with(variable); });
  if (is_set) return;
  set_variable(environment, variable, library);
  set_variable(environment, "IRIS_GPUBENCH_NVTX=", filter);
}

void give_client(std::vector<std::string>& environment, const std::string& folder) {
  for (const char* variable : {"PYTHONPATH=", "CPATH="}) set_variable(environment, variable, folder, ":");
}

void give_marks(std::vector<std::string>& environment, const std::string& file) {
  set_variable(environment, kMarksVariable, file);
  for (const char* engine : {"APPTAINER", "SINGULARITY"}) {
    set_variable(environment, std::string(engine) + "_BIND=", file + ":" + kMarksInContainer, ",");
    set_variable(environment, std::string(engine) + "ENV_" + kMarksVariable, kMarksInContainer);
  }
}

}  // namespace gpubench::workload
