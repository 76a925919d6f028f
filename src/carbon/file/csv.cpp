#include "carbon/file/csv.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace gpubench::carbon {
namespace {

constexpr std::string_view kBlanks = " \t\r";

}  // namespace

void CsvReader::skip_empty_lines() {
  while (!text_.empty()) {
    const std::string_view line = text_.substr(0, text_.find('\n'));
    if (!base::trimmed(line).empty() && line.front() != '#') return;
    text_.remove_prefix(std::min(line.size() + 1, text_.size()));
    ++line_;
  }
}

base::Result<std::optional<CsvRow>> CsvReader::next() {
  skip_empty_lines();
  if (text_.empty()) return std::optional<CsvRow>();
  CsvRow row{line_, {}};
  for (;;) {
    auto value = cell();
    if (!value) return base::failure(value.error().with_context("line " + std::to_string(row.line)));
    row.cells.push_back(*std::move(value));
    if (at_end_of_line()) break;
    text_.remove_prefix(1);  // the comma
  }
  if (!text_.empty()) text_.remove_prefix(1);
  ++line_;
  return std::optional(std::move(row));
}

// Up to the comma or the end of the line that follows.
base::Result<std::string> CsvReader::cell() {
  const std::size_t first = std::min(text_.find_first_not_of(kBlanks), text_.size());
  if (first < text_.size() && text_[first] == '"') {
    text_.remove_prefix(first + 1);
    return quoted_cell();
  }
  const std::string_view value = text_.substr(0, std::min(text_.find_first_of(",\n"), text_.size()));
  if (value.find('"') != std::string_view::npos) return base::failure("a quote within a cell that does not begin with one");
  text_.remove_prefix(value.size());
  return std::string(base::trimmed(value));
}

// What follows the opening quote. Two quotes are one; commas and line ends are as any other.
base::Result<std::string> CsvReader::quoted_cell() {
  std::string value;
  for (;;) {
    const std::size_t quote = text_.find('"');
    if (quote == std::string_view::npos) return base::failure("a quote that is not closed");
    value += text_.substr(0, quote);
    text_.remove_prefix(quote + 1);
    if (text_.empty() || text_.front() != '"') break;
    value += '"';
    text_.remove_prefix(1);
  }
  line_ += static_cast<std::size_t>(std::count(value.begin(), value.end(), '\n'));
  const std::string_view rest = text_.substr(0, std::min(text_.find_first_of(",\n"), text_.size()));
  if (!base::trimmed(rest).empty()) return base::failure("text after a quoted cell");
  text_.remove_prefix(rest.size());
  return value;
}

}  // namespace gpubench::carbon
