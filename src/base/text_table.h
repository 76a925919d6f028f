// A table drawn with + - = |, the form of every text table of this tool.
#pragma once

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

}  // namespace gpubench::base
