// A table drawn with + - = |, the form of every text table of this tool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gpubench::base {

enum class Align : std::uint8_t { left, right };

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header, Align align = Align::left);
  void add_row(std::vector<std::string> cells);
  // Ends with a newline.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the first is the header
  Align align_;
};

// A text with tables as text() draws them, made no wider than `columns`: cells get several lines where that is needed, other
// lines are broken at spaces. A table with too many columns for the width stays as it is.
std::string fit_text(const std::string& text, std::size_t columns);

}  // namespace gpubench::base
