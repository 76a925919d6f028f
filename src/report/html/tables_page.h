// A page of tables alone, in the style of a run's page.
#pragma once

#include <string>
#include <vector>

namespace gpubench::report {

struct PageTable {
  std::string id;
  std::string heading;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::string remark;  // may be empty
};

// Needs no network and no other file. `footer`: one sentence.
std::string tables_page(const std::string& title, const std::vector<PageTable>& tables, const std::string& footer);

}  // namespace gpubench::report
