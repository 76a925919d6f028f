#include "exporting/victoriametrics/import_lines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <clocale>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

namespace gpubench::exporting {
namespace {

using Json = nlohmann::json;

std::string round_trip(const std::string& label) {
  const Json metric = Json::parse(make_series("m", {{"benchmark", label}}).json());
  return metric.contains("benchmark") ? metric["benchmark"].get<std::string>() : "(none)";
}

TEST(SeriesJson, NamesTheSeriesAndItsLabels) {
  EXPECT_EQ(make_series("gpubench_gpu_power_watts", {{"run_id", "r1"}, {"gpu", "0"}, {"domain", ""}}).json(),
            R"({"__name__":"gpubench_gpu_power_watts","gpu":"0","run_id":"r1"})");
}

TEST(SeriesJson, LabelsSurviveWhateverTheyHold) {
  for (const char* label : {"plain", R"(a"b\c)", "a,b c=d", "{}", "größe 速度", "'; drop", "%n%s"})
    EXPECT_EQ(round_trip(label), label);
  EXPECT_EQ(round_trip("line\nend\ttab\x1b[0m\x7f"), "line end tab [0m ");
  EXPECT_EQ(round_trip(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(round_trip("bad \xff\xfe utf-8"), "bad \xef\xbf\xbd\xef\xbf\xbd utf-8");
  EXPECT_EQ(round_trip(""), "(none)");
}

TEST(SeriesJson, LongLabelsAreCutBetweenCharacters) {
  EXPECT_EQ(round_trip(std::string(1024, 'x')).size(), 1024u);
  EXPECT_EQ(round_trip(std::string(20000, 'x')).size(), 1024u);
  for (std::size_t before = 0; before < 4; ++before) {
    std::string label(1020 + before, 'x');
    for (int i = 0; i < 10; ++i) label += "\xf0\x9f\x94\x8b";  // four bytes
    const std::string kept = round_trip(label);
    EXPECT_LE(kept.size(), 1024u);
    EXPECT_EQ(kept.find("\xef\xbf\xbd"), std::string::npos) << before;
  }
}

Sample sample(std::uint32_t series, std::int64_t time_ms, double value) {
  return {series, time_ms, value, {}};
}

TEST(ImportLines, OneLineForEachSeries) {
  const std::vector<Series> series{make_series("a", {}), make_series("b", {})};
  const std::vector<Sample> samples{sample(0, 1000, 1), sample(0, 2000, 1), sample(1, 1000, 237.513), sample(1, 2000, 0)};
  EXPECT_EQ(import_lines(samples, series),
            "{\"metric\":{\"__name__\":\"a\"},\"values\":[1,1],\"timestamps\":[1000,2000]}\n"
            "{\"metric\":{\"__name__\":\"b\"},\"values\":[237.513,0],\"timestamps\":[1000,2000]}\n");
}

TEST(ImportLines, NumbersAreExactAndOfNoLocale) {
  const char* const earlier = std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
  const std::vector<Series> series{make_series("a", {})};
  for (const double value : {0.0, 0.001, 699.999, 1980e6, 150754820096.0, 1e15, -3.5, 0.97}) {
    const std::vector<Sample> samples{sample(0, 1795000000123, value)};
    const Json line = Json::parse(import_lines(samples, series));
    EXPECT_EQ(line["values"][0].get<double>(), value);
    EXPECT_EQ(line["timestamps"][0].get<std::int64_t>(), 1795000000123);
  }
  if (earlier) std::setlocale(LC_NUMERIC, "C");
}

TEST(ImportLines, EveryValueReadsBackAndIsShort) {
  std::minstd_rand random(1);
  for (int i = 0; i < 20'000; ++i) {
    const double size = std::pow(10, static_cast<double>(i % 15) - 3);
    const double value = rounded(size * std::uniform_real_distribution<double>(-0.1, 1)(random));
    const Sample sample{0, 0, value, {}};
    const std::string line = import_lines({&sample, 1}, std::vector{make_series("s", {})});
    std::array<char, 32> digits{};
    const std::string_view wanted(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    const std::string_view written = std::string_view(line).substr(line.find('[') + 1, line.find(']') - line.find('[') - 1);
    ASSERT_EQ(std::stod(std::string(written)), value);
    ASSERT_LE(written.size(), std::max<std::size_t>(wanted.size(), 16)) << written << " for " << wanted;
  }
}

TEST(ImportLines, AreOfFiveHundredSamplesAtMost) {
  std::vector<Sample> samples;
  for (std::uint32_t i = 0; i < 1200; ++i) samples.push_back({0, i, 0.5, {}});
  const std::string lines = import_lines(samples, std::vector{make_series("s", {})});
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
  const auto read = exported_lines(lines);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->begin()->second.size(), 1200U);
}

TEST(Rounded, ThreeDecimalsAtMost) {
  EXPECT_EQ(rounded(0.1 + 0.2), 0.3);
  EXPECT_EQ(rounded(1e15 + 0.5), 1e15 + 0.5);
}

TEST(Rounded, ResultsKeepNineDigitsAndTheThreeDecimalsOfATime) {
  EXPECT_EQ(rounded_result(4.2e-4), 4.2e-4);
  EXPECT_EQ(rounded_result(0.1 + 0.2), 0.3);
  EXPECT_EQ(rounded_result(1.23456789012e-18), 1.23456789e-18);
  EXPECT_EQ(rounded_result(-2.0 / 3), -0.666666667);
  EXPECT_EQ(rounded_result(1790000000.1234), 1790000000.123);
  EXPECT_EQ(rounded_result(1e18 / 3), 1e18 / 3);
  EXPECT_EQ(rounded_result(0), 0);
}

TEST(ImportLines, OfNothingIsNothing) {
  EXPECT_EQ(import_lines({}, {}), "");
}

TEST(ExportedLines, ComeBackAsTheyWereSent) {
  const std::vector<Series> series{make_series("a", {{"label", "q\"u\\o"}, {"another", "x"}})};
  const std::vector<Sample> samples{sample(0, 1000, 1.5), sample(0, 2000, 2)};
  const auto stored = exported_lines(import_lines(samples, series));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->at(series[0].json()), (StoredSeries{{1000, {1.5}}, {2000, {2}}}));
  const auto page = exported_lines("<html>");
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message, "the database's answer cannot be read: <html>");
  const auto cut = exported_lines(R"({"metric":{"__name__":"gpubench_run_info","host":")" + std::string(200, 'h'));
  ASSERT_FALSE(cut);
  EXPECT_TRUE(cut.error().message.starts_with(R"(the database's answer cannot be read: {"metric":{"__name__")"));
  EXPECT_TRUE(cut.error().message.ends_with("hhhh"));
  EXPECT_FALSE(exported_lines(R"({"metric":1})"));
}

TEST(ExportedLines, NestingWithoutEndIsRefused) {
  EXPECT_FALSE(exported_lines(std::string(200'000, '[')));
  EXPECT_FALSE(exported_lines(R"({"metric":{},"values":)" + std::string(200'000, '[') + std::string(200'000, ']') + "}"));
}

}  // namespace
}  // namespace gpubench::exporting
