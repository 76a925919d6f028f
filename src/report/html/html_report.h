// report.html: the run as one page that needs no network and no other file.
#pragma once

#include <filesystem>
#include <ostream>
#include <vector>

#include "record/run_record.h"
#include "report/html/tables_page.h"
#include "series/gpu_series.h"

namespace gpubench::report {

struct HtmlInput {
  const record::RunRecord* run = nullptr;
  const std::vector<series::GpuSeries>* series = nullptr;  // one per GPU of the run
  std::filesystem::path log;                               // the benchmark's log; empty or missing: none is shown
  std::filesystem::path log_times;                         // when its bytes came; empty or missing: not known
  std::filesystem::path metrics_yml = {};  // for download from the page; empty or missing: made from the record
  std::vector<PageTable> beside = {};      // what others say, each in a section after the carbon
};

// One pass over each series; what is held in memory does not grow with the length of the run.
void write_html_report(std::ostream& out, const HtmlInput& input);

}  // namespace gpubench::report
