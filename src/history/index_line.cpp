#include "history/index_line.h"

#include <exception>

#include "history/entry_fields.h"

namespace gpubench::history {

std::string entry_text(const IndexEntry& entry) {
  runs::JsonWriter writer;
  fields(writer, entry);
  return writer.json.dump(-1, ' ', false, runs::Json::error_handler_t::replace);
}

std::optional<IndexEntry> parse_entry(std::string_view line) {
  try {
    const auto json = runs::Json::parse(line);
    IndexEntry entry;
    runs::JsonReader reader(json);
    fields(reader, entry);
    return entry;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace gpubench::history
