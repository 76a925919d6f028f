#include "base/text_table.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
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

using Widths = std::vector<std::size_t>;

constexpr std::size_t kNarrowest = 6;  // columns of a cell

bool is_rule(std::string_view line) {
  return line.size() > 2 && line.front() == '+' && line.back() == '+' &&
         line.find_first_not_of("+-=") == std::string_view::npos;
}

Widths widths_of(std::string_view rule_line) {
  Widths widths;
  for (rule_line.remove_prefix(1); !rule_line.empty();) {
    const std::size_t plus = rule_line.find('+');
    widths.push_back(plus - 2);
    rule_line.remove_prefix(plus + 1);
  }
  return widths;
}

// As much of `rest` as takes `width` columns on a terminal, removed from its front.
std::string_view take_columns(std::string_view& rest, std::size_t width) {
  const std::string_view all = rest;
  for (std::string_view after = rest; !after.empty(); rest = after) {
    const auto columns = static_cast<std::size_t>(columns_of(take_character(after)));
    if (columns > width) break;
    width -= columns;
  }
  return all.substr(0, all.size() - rest.size());
}

// The row's cells, padded as they stand.
std::vector<std::string_view> cells_of(std::string_view row, const Widths& widths) {
  std::vector<std::string_view> cells;
  for (const std::size_t width : widths) {
    row.remove_prefix(std::min<std::size_t>(2, row.size()));  // "| "
    cells.push_back(take_columns(row, width));
    row.remove_prefix(std::min<std::size_t>(1, row.size()));
  }
  return cells;
}

// A line of at most `width` columns, removed from the front of `rest`; ended at a space where there is one.
std::string take_line(std::string_view& rest, std::size_t width) {
  const std::string_view all = rest;
  std::string_view line = take_columns(rest, width);
  const std::size_t space = line.rfind(' ');
  if (!rest.empty() && rest.front() != ' ' && space != std::string_view::npos && space > 0) {
    line = line.substr(0, space);
    rest = all.substr(space);
  }
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return std::string(line);
}

// Takes from the widest columns until the table fits; empty: it cannot.
Widths narrowed(Widths widths, std::size_t columns) {
  const auto total = [&widths] {
    std::size_t sum = 1;
    for (const std::size_t width : widths) sum += width + 3;
    return sum;
  };
  while (total() > columns) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowest) return {};
    --*widest;
  }
  return widths;
}

std::string narrowed_row(std::string_view row, const Widths& from, const Widths& to) {
  std::string text;
  std::vector<std::string_view> cells = cells_of(row, from);
  std::vector<bool> right(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    right[i] = cells[i].starts_with(' ');
    cells[i] = trimmed(cells[i]);
  }
  do {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string line = take_line(cells[i], to[i]);
      const std::string padding(to[i] - display_width(line), ' ');
      text += "| " + (right[i] ? padding + line : line + padding) + " ";
    }
    text += "|\n";
  } while (std::any_of(cells.begin(), cells.end(), [](std::string_view cell) { return !cell.empty(); }));
  return text;
}

std::string broken_line(std::string_view line, std::size_t columns) {
  constexpr std::size_t kIndent = 2;
  if (static_cast<std::size_t>(columns_of(line)) <= columns || columns <= kNarrowest) return std::string(line) + "\n";
  std::string text = take_line(line, columns) + "\n";
  while (!line.empty()) text += std::string(kIndent, ' ') + take_line(line, columns - kIndent) + "\n";
  return text;
}

// An item begins with "- ", and its further lines, taken from the front of `rest`, are indented. Broken as one text: lines
// of another width would leave ragged ends.
std::string broken_item(std::string_view line, std::string_view& rest, std::size_t columns) {
  std::string as_it_is = std::string(line) + "\n";
  std::string item(line);
  bool fits = display_width(item) <= columns;
  while (line.starts_with("- ") && rest.starts_with("  ")) {
    const std::string more(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(more.size() + 1, rest.size()));
    fits = fits && display_width(more) <= columns;
    as_it_is += more + "\n";
    item += " " + std::string(trimmed(more));
  }
  return fits ? as_it_is : broken_line(item, columns);
}

}  // namespace

std::string fit_text(const std::string& text, std::size_t columns) {
  std::string fitted;
  Widths from;
  Widths to;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (is_rule(line) && from.empty()) {
      from = widths_of(line);
      to = narrowed(from, columns);
    } else if (!line.starts_with('|') && !is_rule(line)) {
      from.clear();
    }
    if (from.empty())
      fitted += broken_item(line, rest, columns);
    else if (to.empty())
      fitted += std::string(line) + "\n";
    else
      fitted += is_rule(line) ? rule(to, line[1]) : narrowed_row(line, from, to);
  }
  return fitted;
}

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
