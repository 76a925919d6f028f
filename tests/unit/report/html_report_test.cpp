#include "report/html/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "example_run.h"
#include "report/html/chart_curves.h"
#include "report/html/escape.h"
#include "report/html/finding_place.h"
#include "report/html/log_excerpt.h"
#include "report/html/tables_page.h"

namespace gpubench::report {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile =
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \"quoted\" 'single' ]]> <!--";

series::GpuSeries short_series(double watts, std::size_t samples = 100) {
  series::GpuSeries made{std::make_unique<series::MemorySeries<meter::GpuReading>>(),
                         std::make_unique<series::MemorySeries<meter::PowerSample>>(),
                         std::make_unique<series::MemorySeries<meter::CounterReading>>()};
  for (std::size_t i = 0; i < samples; ++i) {
    const base::SteadyTime time = example::kStart - 1s + 20ms * static_cast<int>(i);
    made.power->append({time, base::Power::from_watts(watts)});
    if (i % 25 != 0) continue;
    meter::GpuReading reading;
    reading.time = time;
    reading.utilization = base::Ratio::from_percent(100);
    reading.memory_used = base::Bytes::from_mebibytes(2048);
    reading.throttle_reasons = meter::ThrottleReasons{i < 50 ? meter::ThrottleReasons::hardware_thermal : 0U};
    made.readings->append(reading);
  }
  return made;
}

std::vector<series::GpuSeries> series_of(std::size_t gpus) {
  std::vector<series::GpuSeries> series;
  for (std::size_t i = 0; i < gpus; ++i) series.push_back(short_series(100));
  return series;
}

std::string page_of(const record::RunRecord& run, const std::filesystem::path& log = {},
                    const std::filesystem::path& times = {}) {
  const auto series = series_of(run.gpus.size());
  std::ostringstream out;
  write_html_report(out, {&run, &series, log, times});
  return out.str();
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

class TemporaryFolder : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("gpubench-html-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(path_);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  std::filesystem::path file(const char* name, const std::string& content) {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  std::filesystem::path path_;
};

using HtmlLog = TemporaryFolder;

TEST(HtmlEscape, TextIsNeverMarkup) {
  EXPECT_EQ(html_text("<b a=\"x\" b='y'>&amp;\n\x01\xff"), "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;\n \uFFFD");
}

TEST(HtmlEscape, JsonCannotEndItsScript) {
  EXPECT_EQ(json_string("</script>&\"\\\n\u2028\u2029é\xff"),
            "\"\\u003c/script\\u003e\\u0026\\u0022\\u005c\\u000a\\u2028\\u2029é\uFFFD\"");
  EXPECT_EQ(json_number(0.1), "0.1");
  EXPECT_EQ(json_number(std::nan("")), "null");
}

TEST(HtmlReport, HasPolicyLandmarksAndFigures) {
  const std::string page = page_of(example::container_run(2));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* part :
       {"<main id=\"main\">", "<nav aria-label", "<header>", "<footer>", "lang=\"en-GB\"", "id=\"energy\"", "id=\"carbon\"",
        "id=\"gpus\"", "id=\"reproduce\"", "scope=\"col\"", "<caption>"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(page, HasSubstr("synthetic_regression"));
  EXPECT_THAT(page, HasSubstr("Nothing casts doubt"));
  EXPECT_EQ(count(page, "src="), 0U) << "nothing is loaded";
  EXPECT_EQ(count(page, "<link "), count(page, "<link rel=\"icon\" href=\"data:,\">"));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
}

TEST(HtmlReport, EnergyPerWorkIsACardAndItsUnitData) {
  auto run = example::container_run(1);
  run.benchmark.work = record::Work{2, "<b>images"};
  run.total_energy = base::Energy::from_joules(1000);
  EXPECT_THAT(page_of(run), HasSubstr("<dt>Energy per work</dt><dd><strong>500.0 J</strong><span>per &lt;b&gt;images"));
  run.benchmark.work.reset();
  EXPECT_THAT(page_of(run), Not(HasSubstr("Energy per work")));
}

TEST(HtmlReport, HostileNamesStayData) {
  record::RunRecord run = example::container_run(1);
  const std::size_t scripts = count(page_of(run), "<script");
  run.facts.run_id = run.facts.host = run.carbon_place = run.facts.invocation = kHostile;
  run.benchmark.name = run.benchmark.command_line = run.benchmark.image_id = run.benchmark.engine = kHostile;
  run.facts.source.description = run.facts.source.driver_version = kHostile;
  run.gpus[0].gpu.name = run.gpus[0].gpu.uuid = kHostile;
  run.emissions->slots[0].intensity.source = kHostile;
  run.findings.emplace_back(record::LogIncomplete{kHostile});
  const std::string page = page_of(run);
  EXPECT_EQ(count(page, "<script"), scripts);
  EXPECT_EQ(count(page, "</script"), scripts);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<!--")));
  EXPECT_THAT(page, HasSubstr("&lt;img src=x onerror=alert(2)&gt;"));
}

TEST(HtmlReport, SaysThatItIsAReplayAndThatItFailed) {
  record::RunRecord run = example::replayed_command_run();
  EXPECT_THAT(page_of(run), HasSubstr("REPLAY: not a measurement"));
  run.benchmark.exit_code = 3;
  EXPECT_THAT(page_of(run), HasSubstr("FAILED (exit code 3)"));
}

TEST(HtmlReport, WithoutEnergyOrSeries) {
  record::RunRecord run = example::container_run(1);
  run.total_energy.reset();
  run.emissions.reset();
  run.gpus[0].energy = {};
  run.gpus[0].statistics[meter::ValueKind::utilization].reset();
  const std::vector<series::GpuSeries> none(1);
  std::ostringstream out;
  write_html_report(out, {&run, &none, {}, {}});
  EXPECT_THAT(out.str(), HasSubstr("not available"));
}

TEST(HtmlReport, ItSaysWhichFigureTheCarbonLacks) {
  record::RunRecord run = example::container_run(1);
  run.emissions.reset();
  EXPECT_THAT(page_of(run), HasSubstr("Not available: the intensity of the grid is not known."));
  run.total_energy.reset();
  EXPECT_THAT(page_of(run), HasSubstr("Not available: the energy is not known."));
}

TEST(HtmlReport, FindingsLeadToWhereTheyCanBeSeen) {
  EXPECT_EQ(place_of(record::Throttled{3, "heat", {}}).anchor, "panel-sm_clock");
  EXPECT_EQ(place_of(record::Throttled{3, "heat", {}}).gpu, 3);
  EXPECT_EQ(place_of(record::EnergyUnknown{1, "none"}).anchor, "panel-power");
  EXPECT_EQ(place_of(record::CarbonFallback{"no network"}).anchor, "carbon");
  EXPECT_EQ(place_of(record::PlotNotMade{"no gnuplot"}).anchor, "");
  record::RunRecord run = example::container_run(1);
  run.findings.emplace_back(record::Throttled{0, "hardware_thermal", base::Ratio::from_percent(10)});
  EXPECT_THAT(page_of(run), HasSubstr("href=\"#panel-sm_clock\" data-gpu=\"0\""));
}

TEST(HtmlCurves, ShortSeriesAreThereSampleBySample) {
  const record::RunRecord run = example::container_run(1);
  const auto series = series_of(1);
  const Charts charts = make_charts(run, series);
  ASSERT_EQ(charts.charts.size(), 6U);
  EXPECT_EQ(charts.charts[0].gpus, 1U);
  EXPECT_EQ(charts.charts[0].curve(0).points.size(), 100U);
  EXPECT_FALSE(charts.charts[0].curve(0).is_reduced);
  EXPECT_DOUBLE_EQ(charts.first_seconds, -1);
  EXPECT_EQ(charts.charts[3].unit, "GiB");
  EXPECT_DOUBLE_EQ(charts.charts[3].curve(0).points[0].mean, 2);
  ASSERT_EQ(charts.throttled.size(), 1U);
  EXPECT_DOUBLE_EQ(charts.throttled[0].from, -1);
  EXPECT_DOUBLE_EQ(charts.throttled[0].to, 0);
}

// Throttled in every other one of its readings, a second apart.
series::GpuSeries flapping_series(int readings) {
  series::GpuSeries made = short_series(100, 0);
  for (int i = 0; i < readings; ++i) {
    meter::GpuReading reading;
    reading.time = example::kStart + 1s * i;
    reading.throttle_reasons = meter::ThrottleReasons{i % 2 == 0 ? meter::ThrottleReasons::hardware_thermal : 0U};
    made.readings->append(reading);
  }
  return made;
}

// The throttled spans of `gpu` among those of two GPUs of as many readings.
std::vector<ThrottledSpan> spans_of_two(int readings, std::size_t gpu, bool& joined) {
  std::vector<series::GpuSeries> series;
  for (int i = 0; i < 2; ++i) series.push_back(flapping_series(readings));
  Charts charts = make_charts(example::container_run(2), series);
  joined = charts.throttled_joined;
  std::erase_if(charts.throttled, [&](const ThrottledSpan& span) { return span.gpu != gpu; });
  return charts.throttled;
}

TEST(HtmlCurves, ThrottledSpansOfOneGpuLeaveRoomForThoseOfTheOthers) {
  for (const std::size_t gpu : {0U, 1U}) {
    bool joined = true;
    const auto spans = spans_of_two(5000, gpu, joined);
    ASSERT_EQ(spans.size(), 2500U);
    EXPECT_FALSE(joined);
    EXPECT_EQ(spans.back().from, 4998);
    EXPECT_EQ(spans.back().to, 4999);
  }
}

TEST(HtmlCurves, TooManyThrottledSpansAreJoinedOverShortGaps) {
  for (const std::size_t gpu : {0U, 1U}) {
    bool joined = false;
    const auto spans = spans_of_two(50'000, gpu, joined);
    ASSERT_FALSE(spans.empty());
    EXPECT_LE(spans.size(), 4000U);
    EXPECT_TRUE(joined);
    EXPECT_EQ(spans.front().from, 0);
    EXPECT_EQ(spans.back().to, 49'999);
  }
}

TEST(HtmlCurves, APeakOfOneSampleSurvivesInALongSeries) {
  const record::RunRecord run = example::container_run(1);
  std::vector<series::GpuSeries> series;
  series.push_back(short_series(100, 200'000));
  static_cast<series::MemorySeries<meter::PowerSample>&>(*series[0].power)
      .append({example::kStart + 4000s, base::Power::from_watts(987)});
  const Charts charts = make_charts(run, series);
  const Curve curve = charts.charts[0].curve(0);
  EXPECT_TRUE(curve.is_reduced);
  EXPECT_LE(curve.points.size(), 40'000U);
  double high = 0;
  for (const CurvePoint& point : curve.points) high = std::max(high, point.high);
  EXPECT_DOUBLE_EQ(high, 987);
}

TEST(HtmlCurves, PackedAsLittleEndianBase64) {
  Curve curve;
  curve.points = {{-1, 100, 100, 100, false}, {-0.5, 101, 101, 101, true}};
  std::ostringstream out;
  write_curve(out, curve);
  // Ticks 0 and 5000 (0x1388) of 0.1 ms; steps 0 and 1000 (0x03e8) of 0.001 W.
  EXPECT_EQ(
      out.str(),
      "{\"n\":2,\"first\":-1,\"tick\":0.0001,\"t\":\"AAAAAIgTAAA=\",\"offset\":100,\"step\":0.001,\"mean\":\"AADoAw==\","
      "\"gaps\":[1]}");
}

TEST(HtmlLogLine, AsATerminalWouldLeaveIt) {
  EXPECT_EQ(plain_log_line("\x1b[32mgreen\x1b[0m"), "green");
  EXPECT_EQ(plain_log_line("10 %\r20 %\r30 %\r"), "30 %");
  EXPECT_EQ(plain_log_line("\x1b]0;title\aafter"), "after");
  EXPECT_EQ(plain_log_line("cut\x1b["), "cut");
  EXPECT_EQ(plain_log_line(std::string(5000, 'x')).size(), 2004U);
}

TEST(HtmlLogLine, Times) {
  const auto time = parse_log_time("2026-11-22T12:05:12.345Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(*time, example::wall(0s));
  EXPECT_TRUE(parse_log_time("2026-11-22T12:05:12Z"));
  for (const char* text : {"", "time_utc", "2026-11-22T12:05:12.345", "2026-13-22T12:05:12Z", "2026-11-22T12:05:xxZ"})
    EXPECT_FALSE(parse_log_time(text)) << text;
}

TEST_F(HtmlLog, LinesHaveTheTimeTheyCameAt) {
  const auto log = file("benchmark.log", "one\ntwo\nthree\nfour");
  const auto times =
      file("times.csv", "line,time_utc,stream\n1,2026-11-22T12:05:13.345Z,stdout\n3,2026-11-22T12:05:14.345Z,stderr\n");
  const LogExcerpt excerpt = read_log_excerpt(log, times, example::wall(0s));
  ASSERT_EQ(excerpt.lines.size(), 4U);
  EXPECT_EQ(excerpt.left_out_bytes, 0U);
  for (const auto& [line, seconds] : {std::pair{0, 1.0}, {1, 1.0}, {2, 2.0}, {3, 2.0}})
    EXPECT_DOUBLE_EQ(excerpt.lines[static_cast<std::size_t>(line)].seconds.value_or(-1), seconds) << line;
  EXPECT_EQ(excerpt.lines[3].text, "four");
}

TEST_F(HtmlLog, OfALongLogBeginningAndEnd) {
  std::string text;
  for (int i = 1; i <= 100'000; ++i) text += "line " + std::to_string(i) + "\n";
  const auto log = file("benchmark.log", text);
  const auto times =
      file("times.csv", "line,time_utc,stream\n1,2026-11-22T12:05:13.345Z,o\n100000,2026-11-22T12:05:22.345Z,o\n");
  const LogExcerpt excerpt = read_log_excerpt(log, times, example::wall(0s));
  EXPECT_LE(excerpt.lines.size(), 5000U);
  EXPECT_EQ(excerpt.lines.front().text, "line 1");
  EXPECT_EQ(excerpt.lines[excerpt.left_out_after].text,
            "line " + std::to_string(excerpt.lines[excerpt.left_out_after].number));
  EXPECT_EQ(excerpt.lines.back().text, "line 100000");
  EXPECT_EQ(excerpt.lines.back().number, 100'000U);
  EXPECT_DOUBLE_EQ(excerpt.lines.back().seconds.value_or(0), 10);
  EXPECT_DOUBLE_EQ(excerpt.lines[excerpt.lines.size() - 2].seconds.value_or(0), 1);
  std::size_t bytes = excerpt.left_out_bytes;
  for (const LogLine& line : excerpt.lines) bytes += line.text.size() + 1;
  EXPECT_EQ(bytes, text.size());
}

TEST_F(HtmlLog, MissingEmptyAndWithoutTimes) {
  EXPECT_TRUE(read_log_excerpt(path_ / "none", {}, example::wall(0s)).lines.empty());
  EXPECT_TRUE(read_log_excerpt(file("empty", ""), {}, example::wall(0s)).lines.empty());
  const LogExcerpt excerpt = read_log_excerpt(file("log", "a\n"), path_ / "none", example::wall(0s));
  ASSERT_EQ(excerpt.lines.size(), 1U);
  EXPECT_FALSE(excerpt.lines[0].seconds);
}

TEST_F(HtmlLog, OneEndlessLine) {
  const LogExcerpt excerpt = read_log_excerpt(file("log", std::string(1'000'000, 'x')), {}, example::wall(0s));
  EXPECT_LE(excerpt.lines.size(), 3U);
}

TEST_F(HtmlLog, HostileLinesStayData) {
  const record::RunRecord run = example::container_run(1);
  const std::size_t scripts = count(page_of(run), "<script");
  const std::string page = page_of(run, file("log", std::string(kHostile) + "\nnext \u2028 line\n"));
  EXPECT_EQ(count(page, "<script"), scripts);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("next \\u2028 line"));
}

std::string tables_page_text(const TablesPage& page) {
  std::ostringstream out;
  write_tables_page(out, page);
  return out.str();
}

TEST(TablesPage, HasTheChartsBeforeTheirTable) {
  TablesPage page{kHostile,
                  {{"summary", "Job", {"Metric", "Value"}, {{"Job", kHostile}}, ""}, {"nodes", "Nodes", {"Node"}, {}, ""}},
                  {},
                  "end"};
  const std::string bare = tables_page_text(page);
  EXPECT_THAT(bare, Not(HasSubstr("<script")));
  EXPECT_THAT(bare, Not(HasSubstr("script-src")));
  EXPECT_THAT(bare, Not(HasSubstr("<img")));
  page.over_time = {"nodes", {}, 10s, -1, 11, "node", {kHostile}, {}, "a note"};
  Chart chart;
  chart.id = "nodes";
  chart.title = "Power of each node";
  chart.gpus = 1;
  chart.curve = [](std::size_t) { return Curve{{{0, 1, 1, 1, false}, {1, 2, 2, 2, false}}, false}; };
  page.over_time.charts = {chart, chart};
  page.over_time.charts.back().single = "together";
  const std::string text = tables_page_text(page);
  EXPECT_LT(text.find("id=\"summary\""), text.find("id=\"over-time\""));
  EXPECT_LT(text.find("id=\"over-time\""), text.find("id=\"nodes\""));
  EXPECT_EQ(count(text, "<script"), 2U);
  EXPECT_THAT(text, Not(HasSubstr("<img")));
  EXPECT_EQ(count(text, "\"single\":\"together\""), 1U);
}

}  // namespace
}  // namespace gpubench::report
