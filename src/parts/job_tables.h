// The account of a job as tables, from which text and page are made.
#pragma once

#include <string>
#include <vector>

#include "parts/job.h"

namespace gpubench::parts {

struct JobTable {
  std::string id;  // "nodes"
  std::string heading;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::string remark = {};  // below it; may be empty
};
std::vector<JobTable> job_tables(const Job& job);

// formatted_metrics.txt
std::string job_text(const Job& job);

}  // namespace gpubench::parts
