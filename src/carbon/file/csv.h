// Comma-separated values as RFC 4180 has them, with the tolerance that hand-written tables need: blanks around cells, empty
// lines, and lines that begin with "#".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gpubench::carbon {

struct CsvRow {
  std::size_t line = 0;  // where it begins, from 1
  std::vector<std::string> cells;
};

class CsvReader {
 public:
  // `text` must outlive it.
  explicit CsvReader(std::string_view text) : text_(text) {}

  // The next row; empty: the end. An error names its line.
  base::Result<std::optional<CsvRow>> next();

 private:
  void skip_empty_lines();
  base::Result<std::string> cell();
  base::Result<std::string> quoted_cell();
  [[nodiscard]] bool at_end_of_line() const { return text_.empty() || text_.front() == '\n'; }

  std::string_view text_;  // what is left
  std::size_t line_ = 1;
};

}  // namespace gpubench::carbon
