#include "exporting/scrape/exposition.h"

#include <array>
#include <charconv>
#include <map>

namespace gpubench::exporting {
namespace {

void append_label_value(std::string& page, std::string_view value) {
  page += '"';
  for (const char letter : value) {
    if (letter == '"' || letter == '\\') page += '\\';
    if (letter == '\n') {
      page += "\\n";
    } else {
      page += letter;
    }
  }
  page += '"';
}

void append_series(std::string& page, const Series& series) {
  page += series.name;
  char before = '{';
  for (const auto& [label, value] : series.labels) {
    page += before + label + '=';
    append_label_value(page, value);
    before = ',';
  }
  if (before == ',') page += '}';
}

void append_number(std::string& page, double number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  page.append(digits.data(), end);
}

}  // namespace

std::string exposition(const std::vector<CurrentValue>& values, const std::vector<Meaning>& meanings) {
  std::map<std::string_view, std::string> lines;  // of each name
  for (const CurrentValue& one : values) {
    std::string& of_name = lines[one.series.name];
    append_series(of_name, one.series);
    of_name += ' ';
    append_number(of_name, one.value);
    of_name += '\n';
  }
  std::string page;
  for (const Meaning& meaning : meanings) {
    const auto found = lines.find(meaning.name);
    if (found == lines.end()) continue;
    const std::string name(meaning.name);
    page.append("# HELP ").append(name).append(" ").append(meaning.help).append("\n# TYPE ");
    page.append(name).append(" ").append(meaning.type).append("\n").append(found->second);
  }
  return page;
}

}  // namespace gpubench::exporting
