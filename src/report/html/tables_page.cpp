#include "report/html/tables_page.h"

#include <chrono>

#include "report/html/assets.h"
#include "report/html/charts_section.h"
#include "report/html/escape.h"
#include "report/html/html_table.h"

namespace gpubench::report {
namespace {

constexpr const char* kOverTimeId = "over-time";

std::string opened_section(const std::string& id, const std::string& heading, const char* attributes = "") {
  return std::string("<section ") + attributes + "aria-labelledby=\"" + id + "-heading\" id=\"" + id + "\"><h2 id=\"" + id +
         "-heading\">" + html_text(heading) + "</h2>\n";
}

std::string link_to(const std::string& id, const std::string& heading) {
  return "<a href=\"#" + id + "\">" + html_text(heading) + "</a> ";
}

// What the page's script draws: as of a run, without its log.
void write_chart_data(std::ostream& out, const TablesPage& page) {
  const PageCharts& shown = page.over_time;
  const auto start = std::chrono::duration_cast<std::chrono::milliseconds>(shown.start.time_since_epoch()).count();
  out << R"(<script type="application/json" id="data">{"run_id":)" << json_string(page.title) << ",\"start_ms\":" << start
      << ",\"elapsed\":" << json_number(base::to_seconds(shown.elapsed)) << ",\"first\":" << json_number(shown.first_seconds)
      << ",\"last\":" << json_number(shown.last_seconds) << R"(,"average_power":false,"kind":)" << json_string(shown.kind)
      << ",\"note\":" << json_string(shown.note) << ",\"gpus\":[";
  for (std::size_t i = 0; i < shown.names.size(); ++i)
    out << (i == 0 ? "" : ",") << "{\"index\":" << i << ",\"label\":" << json_string(shown.names[i])
        << ",\"name\":" << json_string(shown.names[i]) << ",\"other\":false}";
  out << R"(],"throttled":[],"log":{"left_out_bytes":0,"left_out_after":0,"lines":[]},"charts":)";
  write_charts(out, shown.charts);
  out << "}</script>\n<script>" << kPageScript << "</script>\n";
}

}  // namespace

std::string table_section(const PageTable& one) {
  HtmlTable table(one.heading, one.columns);
  for (const auto& row : one.rows) table.add_row(row);
  return opened_section(html_text(one.id), one.heading, R"(class="one-table" )") + table.text() +
         (one.remark.empty() ? "" : "<p class=\"note\">" + html_text(one.remark) + "</p>\n") + "</section>\n";
}

void write_tables_page(std::ostream& out, const TablesPage& page) {
  const bool has_charts = !page.over_time.charts.empty();
  std::string navigation;
  std::string sections;
  for (const PageTable& table : page.tables) {
    if (has_charts && table.id == page.over_time.before) {
      navigation += link_to(kOverTimeId, "Over time");
      sections += opened_section(kOverTimeId, "Over time") + std::string(kOverTime) + "</section>\n";
    }
    navigation += link_to(html_text(table.id), table.heading);
    sections += table_section(table);
  }
  const std::string title = html_text(page.title);
  out << "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      << (has_charts ? "script-src 'unsafe-inline'; " : "")
      << "style-src 'unsafe-inline'; img-src data:\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>"
      << title << " \u00b7 iris-gpubench</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>" << kPageStyle
      << "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the results</a>\n"
      << "<header>\n<p class=\"product\">iris-gpubench report</p>\n<h1>" << title
      << "</h1>\n</header>\n<nav aria-label=\"Sections\">" << navigation << "</nav>\n<main id=\"main\">\n"
      << sections << "</main>\n<footer><p>" << html_text(page.footer) << "</p></footer>\n";
  if (has_charts) write_chart_data(out, page);
  out << "</body>\n</html>\n";
}

}  // namespace gpubench::report
