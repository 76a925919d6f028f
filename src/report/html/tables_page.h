// A page of tables, in the style of a run's page; with charts where there are some.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "base/time.h"
#include "report/html/chart_curves.h"

namespace gpubench::report {

struct PageTable {
  std::string id;
  std::string heading;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::string remark;  // may be empty
};
// A table with its heading.
std::string table_section(const PageTable& one);

struct PageCharts {
  std::string before;  // the table that follows them
  base::WallTime start;
  base::Duration elapsed{};
  double first_seconds = 0;  // shown, since the start
  double last_seconds = 0;
  std::string kind;                // of what there is a curve of each: "node"
  std::vector<std::string> names;  // of these
  std::vector<Chart> charts;       // none: there is no such section
  std::string note;
};

struct TablesPage {
  std::string title;
  std::vector<PageTable> tables;
  PageCharts over_time = {};
  std::string footer;  // one sentence
};

// Needs no network and no other file.
void write_tables_page(std::ostream& out, const TablesPage& page);

}  // namespace gpubench::report
