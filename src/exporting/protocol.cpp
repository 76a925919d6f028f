#include "exporting/protocol.h"

namespace gpubench::exporting {

std::string selector_in_url(const ReadBackRange& range) {
  std::string names;
  for (const std::string& name : range.names) names += (names.empty() ? "" : "%7C") + name;
  return "%7Brun_id%3D%22" + range.run_id + "%22%2C__name__%3D~%22" + names + "%22%7D";
}

std::string seconds_text(std::int64_t milliseconds) {
  const std::string rest = std::to_string(milliseconds % 1000);
  return std::to_string(milliseconds / 1000) + "." + std::string(3 - rest.size(), '0') + rest;
}

}  // namespace gpubench::exporting
