#include "report/html/tables_page.h"

#include "report/html/assets.h"
#include "report/html/escape.h"
#include "report/html/html_table.h"

namespace gpubench::report {
namespace {

std::string table_section(const PageTable& one) {
  HtmlTable table(one.heading, one.columns);
  for (const auto& row : one.rows) table.add_row(row);
  const std::string id = html_text(one.id);
  return "<section aria-labelledby=\"" + id + "-heading\" id=\"" + id + "\"><h2 id=\"" + id + "-heading\">" +
         html_text(one.heading) + "</h2>\n" + table.text() +
         (one.remark.empty() ? "" : "<p class=\"note\">" + html_text(one.remark) + "</p>\n") + "</section>\n";
}

}  // namespace

std::string tables_page(const std::string& title, const std::vector<PageTable>& tables, const std::string& footer) {
  std::string navigation;
  std::string sections;
  for (const PageTable& table : tables) {
    navigation += "<a href=\"#" + html_text(table.id) + "\">" + html_text(table.heading) + "</a> ";
    sections += table_section(table);
  }
  return "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src "
         "data:\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
         html_text(title) + " \u00b7 iris-gpubench</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>" +
         std::string(kPageStyle) + "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the results</a>\n" +
         "<header>\n<p class=\"product\">iris-gpubench report</p>\n<h1>" + html_text(title) +
         "</h1>\n</header>\n<nav aria-label=\"Sections\">" + navigation + "</nav>\n<main id=\"main\">\n" + sections +
         "</main>\n<footer><p>" + html_text(footer) + "</p></footer>\n</body>\n</html>\n";
}

}  // namespace gpubench::report
