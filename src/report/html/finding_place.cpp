#include "report/html/finding_place.h"

#include <variant>

namespace gpubench::report {
namespace {

// By kind; what is not named here and is about a GPU leads to its power.
template <class Finding>
std::string_view anchor_of(const Finding& /*finding*/) {
  if constexpr (requires(Finding f) { f.gpu_index; }) return "panel-power";
  return {};
}
std::string_view anchor_of(const record::Throttled& /*finding*/) {
  return "panel-sm_clock";
}
std::string_view anchor_of(const record::GpuLost& /*finding*/) {
  return "panel-utilization";
}
std::string_view anchor_of(const record::Interrupted& /*finding*/) {
  return "panel-power";
}
std::string_view anchor_of(const record::WorkloadFailed& /*finding*/) {
  return "log";
}
std::string_view anchor_of(const record::LogIncomplete& /*finding*/) {
  return "log";
}
std::string_view anchor_of(const record::CarbonFallback& /*finding*/) {
  return "carbon";
}

}  // namespace

FindingPlace place_of(const record::Finding& finding) {
  return std::visit(
      [](const auto& f) {
        FindingPlace place{anchor_of(f), std::nullopt};
        if constexpr (requires { f.gpu_index; }) place.gpu = f.gpu_index;
        return place;
      },
      finding.what);
}

}  // namespace gpubench::report
