#include "exporting/protocol.h"

#include "base/text.h"

namespace gpubench::exporting {

std::string selector_in_url(const ReadBackRange& range) {
  return "%7Brun_id%3D%22" + range.run_id + "%22%2C__name__%3D~%22" + base::joined(range.names, "%7C") + "%22%7D";
}

std::string_view take_ending(std::string_view& url, std::span<const std::string_view> endings) {
  for (const std::string_view ending : endings) {
    if (!url.ends_with(ending)) continue;
    url.remove_suffix(ending.size());
    return ending;
  }
  return {};
}

std::string seconds_text(std::int64_t milliseconds) {
  const std::string rest = std::to_string(milliseconds % 1000);
  return std::to_string(milliseconds / 1000) + "." + std::string(3 - rest.size(), '0') + rest;
}

}  // namespace gpubench::exporting
