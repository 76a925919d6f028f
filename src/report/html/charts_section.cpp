#include "report/html/charts_section.h"

#include "report/html/escape.h"

namespace gpubench::report {
namespace {

void write_chart(std::ostream& out, const Chart& chart) {
  out << "{\"id\":" << json_string(chart.id) << ",\"title\":" << json_string(chart.title)
      << ",\"unit\":" << json_string(chart.unit) << ",\"decimals\":" << chart.decimals
      << ",\"least_high\":" << json_number(chart.least_high);
  if (!chart.single.empty()) out << ",\"single\":" << json_string(chart.single);
  out << ",\"limits\":[";
  const char* comma = "";
  for (const ChartLimit& limit : chart.limits) {
    out << comma << "{\"value\":" << json_number(limit.value) << ",\"label\":" << json_string(limit.label) << '}';
    comma = ",";
  }
  out << "],\"curves\":[";
  comma = "";
  for (std::size_t gpu = 0; gpu < chart.gpus; ++gpu) {
    out << comma << '\n';
    write_curve(out, chart.curve(gpu));
    comma = ",";
  }
  out << "]}";
}

}  // namespace

void write_charts(std::ostream& out, const std::vector<Chart>& charts) {
  out << '[';
  const char* comma = "";
  for (const Chart& chart : charts) {
    out << comma << '\n';
    write_chart(out, chart);
    comma = ",";
  }
  out << ']';
}

}  // namespace gpubench::report
