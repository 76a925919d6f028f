#include "base/text_table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.h"

namespace gpubench::base {
namespace {

std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(columns_of(text));
}

std::string rule(const std::vector<std::size_t>& widths, char line) {
  std::string text = "+";
  for (const std::size_t width : widths) text += std::string(width + 2, line) + "+";
  return text + "\n";
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header, Align align) : rows_{std::move(header)}, align_(align) {}

void TextTable::add_row(std::vector<std::string> cells) {
  cells.resize(rows_.front().size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  std::string text = rule(widths, '-');
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string padding(widths[i] - display_width(rows_[r][i]), ' ');
      text += align_ == Align::left ? "| " + rows_[r][i] + padding + " " : "| " + padding + rows_[r][i] + " ";
    }
    text += "|\n" + rule(widths, r == 0 ? '=' : '-');
  }
  return text;
}

}  // namespace gpubench::base
