#include "report/html/html_report.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "platform/regular_file.h"
#include "record/work_rate.h"
#include "report/figure_text.h"
#include "report/html/assets.h"
#include "report/html/chart_curves.h"
#include "report/html/charts_section.h"
#include "report/html/escape.h"
#include "report/html/finding_place.h"
#include "report/html/log_excerpt.h"
#include "report/html/page_tables.h"
#include "report/html/phase_section.h"
#include "report/metrics_yaml.h"
#include "report/part_rows.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr std::size_t kLongestTitle = 100;  // characters

// Nothing may be loaded and nothing sent: only what is in the page itself runs.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action "
    "'none'";

std::string duration_text(base::Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds < 180) return short_number(base::to_seconds(duration), 3) + " s";
  if (seconds < 3L * 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string gpus_text(const record::RunRecord& run) {
  if (run.gpus.empty()) return "no GPU";
  bool one_model = true;
  for (const record::GpuRecord& gpu : run.gpus) one_model = one_model && gpu.gpu.name == run.gpus.front().gpu.name;
  const std::string count = std::to_string(run.gpus.size());
  return one_model ? count + " \u00d7 " + one_line(run.gpus.front().gpu.name, kLongestTitle) : count + " GPUs";
}

std::string badge(std::string_view kind, const std::string& text) {
  return "<span class=\"badge " + std::string(kind) + "\">" + html_text(text) + "</span> ";
}

std::string badges(const record::RunRecord& run) {
  std::string text;
  if (run.facts.source.is_replay()) text += badge("bad", "REPLAY: not a measurement");
  if (run.benchmark.interrupted) {
    text += badge("bad", "INTERRUPTED");
  } else if (run.benchmark.attached && !record::has_failed(run.benchmark)) {
    text += badge("good", "watched from mid-run");
  } else if (run.benchmark.exit_code != 0) {
    text += badge("bad", run.benchmark.exit_code ? fmt::format("FAILED (exit code {})", *run.benchmark.exit_code)
                                                 : outcome_text(run.benchmark));
  } else {
    text += badge("good", "succeeded");
  }
  if (run.benchmark.out_of_memory) text += badge("bad", "out of memory");
  return text;
}

std::string command_text(const record::RunRecord& run) {
  const std::string& command = run.benchmark.command_line;
  if (command.empty() || command == run.benchmark.name) return {};
  const char* const label = run.benchmark.kind == "container" ? "Arguments: " : "";
  return "<p>" + std::string(label) + "<code>" + html_text(one_line(command, 200)) + "</code></p>\n";
}

std::string header(const record::RunRecord& run) {
  return "<header>\n<p class=\"product\">iris-gpubench report</p>\n<h1>" +
         html_text(one_line(run.benchmark.name, kLongestTitle)) + "</h1>\n" + command_text(run) + "<p class=\"badges\">" +
         badges(run) + "</p>\n<p>" + html_text(gpus_text(run)) + " on " +
         html_text(one_line(run.facts.host, kLongestTitle)) + " \u00b7 <time datetime=\"" +
         base::utc_text(run.start_time()) + "\">" + base::utc_table_text(run.start_time()) + "</time> to <time datetime=\"" +
         base::utc_text(run.end_time()) + "\">" + base::utc_table_text(run.end_time()) + "</time> UTC</p>\n</header>\n";
}

std::string card(const char* name, const std::string& value, const std::string& remark) {
  return "<div class=\"card\"><dt>" + std::string(name) + "</dt><dd><strong>" + html_text(value) + "</strong><span>" +
         html_text(remark) + "</span></dd></div>\n";
}

std::optional<base::Power> peak_power(const record::RunRecord& run) {
  std::optional<base::Power> peak;
  for (const record::GpuRecord& gpu : run.gpus)
    if (gpu.peak_power && (!peak || *gpu.peak_power > *peak)) peak = gpu.peak_power;
  return peak;
}

constexpr const char* kUnknownMethod = "not known";

std::string percent_of(base::Energy part, base::Energy whole) {
  if (!(whole.joules() > 0)) return "\u00b1 ?";
  const double percent = 100 * (part / whole);
  return fmt::format("\u00b1 {:.{}f} %", percent, percent < 0.095 ? 2 : 1);
}

std::string energy_remark(const record::RunRecord& run) {
  if (!run.total_energy) return methods_text(run, kUnknownMethod);
  const energy::Uncertainty total = total_uncertainty(run);
  std::string intervals;
  if (!total.terms.empty())
    intervals = percent_of(total.comparative(), *run.total_energy) + " on " + boards_text(run.gpus.size()) + ", " +
                percent_of(total.absolute(), *run.total_energy) + " absolute; ";
  return intervals + kilowatt_hours_text(*run.total_energy, total.comparative()) + ", " + methods_text(run, kUnknownMethod);
}

std::string cards(const record::RunRecord& run) {
  std::string text =
      "<section aria-labelledby=\"summary-heading\" id=\"summary\"><h2 id=\"summary-heading\">Summary</h2>\n<dl "
      "class=\"cards\">";
  text +=
      card("Energy", run.total_energy ? energy_text(*run.total_energy, total_uncertainty(run).comparative()) : kNotAvailable,
           energy_remark(run));
  text += card(
      "Emissions", run.emissions ? short_number(run.emissions->total.grams(), 3) + " gCO2" : "not available",
      run.emissions && run.emissions->used_yearly_factor ? "yearly factor, not a forecast" : one_line(run.carbon_place));
  text += card("Elapsed", duration_text(run.elapsed()), "the benchmark's real start and end");
  if (run.total_energy && run.elapsed() > base::Duration::zero())
    text += card("Average power", short_number((*run.total_energy / run.elapsed()).watts(), 1) + " W", "of all GPUs");
  if (const auto peak = peak_power(run))
    text += card("Peak power", short_number(peak->watts(), 1) + " W", "highest sample of one GPU");
  if (run.benchmark.score) text += card("Score", short_number(*run.benchmark.score, 3) + " s", "reported by the benchmark");
  const record::WorkRate rate = record::work_rate(run);
  if (rate.energy)
    text += card("Energy per work", short_number(rate.energy->joules(), 5) + " J",
                 "per " + one_line(run.benchmark.work->unit) + ", as the benchmark reports");
  return text + "</dl></section>\n";
}

std::string follow_link(const FindingPlace& place) {
  if (place.anchor.empty()) return {};
  const std::string gpu = place.gpu ? fmt::format(" data-gpu=\"{}\"", *place.gpu) : std::string();
  return fmt::format(R"( <a class="follow" href="#{}"{}>show</a>)", place.anchor, gpu);
}

std::string findings(const record::RunRecord& run) {
  std::string text =
      "<section id=\"findings\" aria-labelledby=\"findings-heading\"><h2 id=\"findings-heading\">Findings</h2>\n";
  if (run.findings.empty()) return text + "<p>Nothing casts doubt on these figures.</p></section>\n";
  text += "<ul class=\"findings\">\n";
  for (const record::Finding& finding : run.findings)
    text += "<li data-finding=\"" + html_text(record::finding_name(finding)) + "\">" +
            html_text(one_line(record::finding_text(finding))) + follow_link(place_of(finding)) + "</li>\n";
  return text + "</ul></section>\n";
}

std::string section(const char* id, const char* title, const std::string& content) {
  return fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-heading\"><h2 id=\"{0}-heading\">{1}</h2>\n{2}</section>\n",
                     id, title, content);
}

std::string beside_sections(const HtmlInput& input) {
  std::string text;
  for (const PageTable& table : input.beside) text += table_section(table);
  return text;
}

// "Beside the GPUs' Energy (...)" is too long for a link.
std::string beside_links(const HtmlInput& input) {
  std::string text;
  for (const PageTable& table : input.beside)
    text +=
        "<a href=\"#" + html_text(table.id) + "\">" + html_text(table.heading.substr(0, table.heading.find(' '))) + "</a> ";
  return text;
}

constexpr std::string_view kFiles =
    "<div class=\"tools\" id=\"downloads\"></div>\n"
    "<p class=\"note\">\u201cDownload readings\u201d has the points of the charts on this page. The run's "
    "<code>timeseries.csv</code> and <code>power.csv</code> have every sample. <code>metrics.yml</code> has every figure of "
    "this page for programs.</p>\n";

void write_number_list(std::ostream& out, const std::vector<ThrottledSpan>& spans) {
  const char* comma = "";
  for (const ThrottledSpan& span : spans) {
    out << comma << '[' << span.gpu << ',' << json_number(span.from) << ',' << json_number(span.to) << ',' << span.bits
        << ']';
    comma = ",";
  }
}

void write_log(std::ostream& out, const LogExcerpt& log) {
  out << "{\"left_out_bytes\":" << log.left_out_bytes << ",\"left_out_after\":" << log.left_out_after << ",\"lines\":[";
  const char* comma = "";
  for (const LogLine& line : log.lines) {
    out << comma << "\n[" << (line.seconds ? json_number(*line.seconds) : "null") << ',' << json_string(line.text) << ']';
    comma = ",";
  }
  out << "]}";
}

void write_run(std::ostream& out, const record::RunRecord& run, const Charts& charts) {
  const auto start = std::chrono::duration_cast<std::chrono::milliseconds>(run.start_time().time_since_epoch()).count();
  out << "{\"run_id\":" << json_string(run.facts.run_id) << ",\"start_ms\":" << start
      << ",\"elapsed\":" << json_number(base::to_seconds(run.elapsed()))
      << ",\"first\":" << json_number(charts.first_seconds) << ",\"last\":" << json_number(charts.last_seconds)
      << ",\"average_power\":" << (charts.average_power ? "true" : "false")
      << ",\"throttled_joined\":" << (charts.throttled_joined ? "true" : "false") << ",\"gpus\":[";
  const char* comma = "";
  for (const record::GpuRecord* gpu : run.all_gpus()) {
    const bool other =
        std::any_of(run.other_gpus.begin(), run.other_gpus.end(), [&](const record::GpuRecord& one) { return &one == gpu; });
    out << comma << "{\"index\":" << gpu->gpu.index << ",\"name\":" << json_string(gpu->gpu.name)
        << ",\"other\":" << (other ? "true" : "false") << '}';
    comma = ",";
  }
  out << ']';
}

// Making the document is a third of the cost of all results, so an existing one is used.
std::string metrics_yml(const HtmlInput& input) {
  constexpr std::uint64_t kLargest = std::uint64_t{64} << 20;
  const auto text = platform::read_regular_file(input.metrics_yml, kLargest);
  return !text || text->empty() ? metrics_yaml(*input.run) : *text;
}

void write_page_data(std::ostream& out, const HtmlInput& input) {
  const record::RunRecord& run = *input.run;
  const Charts charts = make_charts(run, *input.series);
  out << R"(<script type="application/json" id="data">)";
  write_run(out, run, charts);
  out << ",\"throttled\":[";
  write_number_list(out, charts.throttled);
  out << "],\n\"charts\":";
  write_charts(out, charts.charts);
  out << ",\n\"log\":";
  write_log(out, read_log_excerpt(input.log, input.log_times, run.start_time()));
  if (run.phases) {
    out << ",\n\"phases\":";
    write_phase_bars(out, run);
  }
  out << ",\n\"metrics_yml\":" << json_string(metrics_yml(input)) << "}</script>\n";
}

}  // namespace

void write_html_report(std::ostream& out, const HtmlInput& input) {
  const record::RunRecord& run = *input.run;
  const std::string title = html_text(one_line(run.benchmark.name, kLongestTitle));
  out << "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
         "http-equiv=\"Content-Security-Policy\" content=\""
      << kPolicy << "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      << "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>"
      << title << " \u00b7 iris-gpubench</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>" << kPageStyle
      << "</style>\n</head>\n<body>\n"
      << "<a class=\"skip\" href=\"#main\">Skip to the results</a>\n"
      << header(run) << R"(<nav aria-label="Sections"><a href="#summary">Summary</a> <a href="#findings">Findings</a> )"
      << R"(<a href="#over-time">Over time</a> <a href="#energy">Energy</a> <a href="#carbon">Carbon</a> )"
      << beside_links(input)
      << R"(<a href="#gpus">GPUs</a> <a href="#reproduce">Reproduce</a> <a href="#files">Data</a></nav>)"
      << "\n<main id=\"main\">\n"
      << cards(run) << (run.parts.empty() ? std::string() : section("containers", "Containers", html_parts(run)))
      << findings(run) << section("over-time", "Over time", std::string(kOverTime))
      << (run.phases ? section("phases", "Phases", html_phases(run)) : std::string())
      << section("energy", "Energy", html_energy(run)) << section("carbon", "Carbon", html_carbon(run))
      << beside_sections(input) << section("gpus", "GPUs", html_gpus(run))
      << section("reproduce", "How to reproduce", html_reproduce(run)) << section("files", "Data", std::string(kFiles))
      << "</main>\n<footer><p>Made by iris-gpubench " << html_text(run.facts.tool_version) << " \u00b7 run "
      << html_text(run.facts.run_id) << " \u00b7 all times are UTC</p></footer>\n";
  write_page_data(out, input);
  out << "<script>" << kPageScript << "</script>\n</body>\n</html>\n";
}

}  // namespace gpubench::report
