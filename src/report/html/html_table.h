// A table of the page: a caption, column headings, and a heading for each row, for screen readers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/html/escape.h"

namespace gpubench::report {

class HtmlTable {
 public:
  HtmlTable(std::string_view caption, const std::vector<std::string>& headings) {
    text_ = R"(<div class="scroll" tabindex="0" role="region" aria-label=")" + html_text(caption) + "\"><table><caption>" +
            html_text(caption) + "</caption><thead><tr>";
    for (const std::string& heading : headings) text_ += "<th scope=\"col\">" + html_text(heading) + "</th>";
    text_ += "</tr></thead><tbody>\n";
  }
  // Cells are data, never markup; the first names the row.
  void add_row(const std::vector<std::string>& cells, std::string_view row_class = {}) {
    text_ += row_class.empty() ? "<tr>" : "<tr class=\"" + std::string(row_class) + "\">";
    for (std::size_t i = 0; i < cells.size(); ++i)
      text_ += i == 0 ? "<th scope=\"row\">" + html_text(cells[i]) + "</th>" : "<td>" + html_text(cells[i]) + "</td>";
    text_ += "</tr>\n";
  }
  [[nodiscard]] std::string text() const { return text_ + "</tbody></table></div>\n"; }

 private:
  std::string text_;
};

}  // namespace gpubench::report
