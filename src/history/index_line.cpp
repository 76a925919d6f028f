#include "history/index_line.h"

#include <exception>

#include "base/json.h"
#include "history/entry_fields.h"

namespace gpubench::history {
namespace {

template <class Record>
std::string text_of(const Record& record) {
  runs::JsonWriter writer;
  fields(writer, record);
  return base::json_text(writer.json);
}

// Throws.
template <class Record>
void read(std::string_view text, Record& record) {
  const auto json = base::parse_ordered_json(text);
  runs::JsonReader reader(json);
  fields(reader, record);
}

}  // namespace

std::string entry_text(const IndexEntry& entry) {
  return text_of(EntryHead{entry.folder, entry.state}) + '\t' + text_of(entry.listed) + '\t' + text_of(entry.values);
}

std::optional<IndexEntry> parse_entry(std::string_view line, Part part) {
  const std::size_t first = line.find('\t');
  const std::size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  try {
    EntryHead head;
    read(line.substr(0, first), head);
    IndexEntry entry{head.folder, head.state, {}, {}, std::string(line)};
    if (part == Part::listed)
      read(line.substr(first + 1, second - first - 1), entry.listed);
    else
      read(line.substr(second + 1), entry.values);
    entry.listed.id = entry.folder;
    return entry;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace gpubench::history
