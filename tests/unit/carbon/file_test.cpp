#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "carbon/file/forecast_cache.h"
#include "carbon/file/intensity_file.h"
#include "carbon/file/slot_text.h"
#include "carbon/utc_time.h"
#include "unit/carbon/utc.h"

namespace gpubench::carbon {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

TEST(ParseSlots, Csv) {
  const auto slots = parse_slots(
      "# site feed\nfrom,to,g_per_kwh,kind\n2026-11-22T12:30Z,2026-11-22T13:00Z,90.5,actual\r\n\n"
      "2026-11-22T12:00Z, 2026-11-22T12:30Z, 120, forecast\n2026-11-22T13:00Z,2026-11-22T13:15Z,0,");
  ASSERT_TRUE(slots) << slots.error().message;
  ASSERT_EQ(slots->size(), 3u);
  EXPECT_EQ(slots->front().intensity.grams_per_kilowatt_hour(), 120);
  EXPECT_EQ((*slots)[1].kind, IntensityKind::actual);
  EXPECT_EQ((*slots)[2].kind, IntensityKind::user_value);
  EXPECT_EQ((*slots)[2].to - (*slots)[2].from, minutes(15));
}

TEST(ParseSlots, CsvColumnsInAnyOrder) {
  const auto slots = parse_slots("g_per_kwh,source,to,from\n7,here,2026-11-22T13:00Z,2026-11-22T12:30Z\n");
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(slots->front().source, "here");
  EXPECT_TRUE(parse_slots("\xEF\xBB\xBFg_per_kwh,to,from\n7,2026-11-22T13:00Z,2026-11-22T12:30Z\n"))
      << "as spreadsheets save it";
}

TEST(ParseSlots, Json) {
  const auto slots = parse_slots(R"({"slots":[{"from":"2026-11-22T12:00Z","to":"2026-11-22T12:30Z","g_per_kwh":120}]})");
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(slots->front().kind, IntensityKind::user_value);
  EXPECT_TRUE(parse_slots(R"([{"from":"2026-11-22T12:00Z","to":"2026-11-22T12:30Z","g_per_kwh":1.5,"kind":"marginal"}])"));
}

TEST(ParseSlots, NamesWhatIsWrong) {
  const auto complaint = [](std::string_view text) {
    const auto slots = parse_slots(text);
    return slots ? std::string("none") : slots.error().message;
  };
  const std::string head = "from,to,g_per_kwh,kind\n";
  EXPECT_THAT(complaint(""), HasSubstr("empty"));
  EXPECT_THAT(complaint("from,to\n"), HasSubstr("header"));
  EXPECT_THAT(complaint(head), HasSubstr("no intensities"));
  EXPECT_THAT(complaint(head + "2026-11-22T12:00,2026-11-22T12:30Z,1,"), HasSubstr("line 2"));
  EXPECT_THAT(complaint(head + "2026-11-22T12:30Z,2026-11-22T12:00Z,1,"), HasSubstr("\"to\" is not later than \"from\""));
  for (const char* value : {"-1", "inf", "1e9", "12x", "1,5", "\"1,234\"", "12 x", "1 234", "none"})
    EXPECT_THAT(complaint(head + "2026-11-22T12:00Z,2026-11-22T12:30Z," + value + ",\n"), HasSubstr("line 2")) << value;
  EXPECT_THAT(complaint(head + "2026-11-22T12:00Z,2026-11-22T12:30Z,1,guess"), HasSubstr("kind"));
  EXPECT_THAT(complaint(head + "2026-11-22T12:00Z,2026-11-22T12:30Z,1,yearly factor"), HasSubstr("kind"));
  EXPECT_THAT(complaint(head + "2026-11-22T12:00Z,2026-11-22T12:30Z,1,\n2026-11-22T12:15Z,2026-11-22T12:45Z,2,\n"),
              HasSubstr("two intensities"));
  EXPECT_THAT(complaint("{}"), HasSubstr("slots"));
  EXPECT_THAT(complaint("[{}]"), HasSubstr("entry 1"));
  EXPECT_THAT(complaint("[1]"), HasSubstr("object"));
  EXPECT_THAT(complaint("{\"slots\":3}"), HasSubstr("list"));
  EXPECT_THAT(complaint("[{\"from"), HasSubstr("JSON"));
  EXPECT_THAT(complaint(R"([{"from":"2026-11-22T12:00Z","to":"2026-11-22T12:30Z","g_per_kwh":"120"}])"),
              HasSubstr("g_per_kwh"));
}

// RFC 4180. "1,234" in quotes was once taken for 1.
TEST(ParseSlots, CsvCellsInQuotes) {
  const std::string head = "from,to,g_per_kwh,source\n";
  const std::string time = "\"2026-11-22T12:00Z\",\"2026-11-22T12:30Z\",";
  const auto slots = parse_slots(head + time + "\"12.5\" , \"a, \"\"quoted\"\"\nsource\"\r\n");
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(slots->front().intensity.grams_per_kilowatt_hour(), 12.5);
  EXPECT_EQ(slots->front().source, "a, \"quoted\" source");
  const auto complaint = [&](const std::string& rest) {
    const auto found = parse_slots(head + time + rest);
    return found ? std::string("none") : found.error().message;
  };
  EXPECT_EQ(complaint("\"1,234\","), "line 2: g_per_kwh is not a number from 0 to 10000");
  EXPECT_EQ(complaint("\"1\"234,"), "line 2: text after a quoted cell");
  EXPECT_EQ(complaint("1\"2\","), "line 2: a quote within a cell that does not begin with one");
  EXPECT_EQ(complaint("1,\"open"), "line 2: a quote that is not closed");
  EXPECT_EQ(complaint("1,\"a\nb\"\n1"), "line 4: 1 cells, but the header has 4");
}

TEST(ParseSlots, ARowHasTheCellsOfTheHeader) {
  const std::string head = "from,to,g_per_kwh,source\n";
  for (const char* rest : {"120", "120,here,more", "120,here,", "1,234,here"})
    EXPECT_FALSE(parse_slots(head + "2026-11-22T12:00Z,2026-11-22T12:30Z," + rest + "\n")) << rest;
}

// The times without a value stay unknown; the table's others are as good as before.
TEST(ParseSlots, AnEmptyOrNanCellIsNotKnown) {
  for (const char* unknown : {"", " ", "NaN", "nan", "null", "\"\""}) {
    const auto slots = parse_slots("from,to,g_per_kwh\n2026-11-22T12:00Z,2026-11-22T12:30Z," + std::string(unknown) +
                                   "\n2026-11-22T12:30Z,2026-11-22T13:00Z,90\n");
    ASSERT_TRUE(slots) << unknown << ": " << slots.error().message;
    ASSERT_EQ(slots->size(), 1u);
    EXPECT_EQ(slots->front().intensity.grams_per_kilowatt_hour(), 90);
  }
  const auto json = parse_slots(R"([{"from":"2026-11-22T12:00Z","to":"2026-11-22T12:30Z","g_per_kwh":null},)"
                                R"({"from":"2026-11-22T12:30Z","to":"2026-11-22T13:00Z","g_per_kwh":90}])");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->size(), 1u);
  EXPECT_FALSE(parse_slots("from,to,g_per_kwh\n2026-11-22T12:00Z,2026-11-22T12:30Z,NaN\n")) << "nothing is known";
}

TEST(SlotsJson, ReadsBackAsItWas) {
  const std::vector<IntensitySlot> slots{
      {utc("2026-11-22T12:00Z"), utc("2026-11-22T12:30Z"), base::CarbonIntensity::from_grams_per_kilowatt_hour(0.1),
       IntensityKind::actual, "a \"source\"", utc("2026-11-22T11:59:01.250Z")},
      {utc("2026-11-22T12:30Z"),
       utc("2026-11-22T12:35Z"),
       base::CarbonIntensity::from_grams_per_kilowatt_hour(1.0 / 3),
       IntensityKind::marginal,
       "",
       {}}};
  const auto again = parse_slots(slots_json(slots));
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*again)[i].from, slots[i].from);
    EXPECT_EQ((*again)[i].to, slots[i].to);
    EXPECT_EQ((*again)[i].intensity, slots[i].intensity);
    EXPECT_EQ((*again)[i].kind, slots[i].kind);
    EXPECT_EQ((*again)[i].source, slots[i].source);
    EXPECT_EQ((*again)[i].fetched, slots[i].fetched);
  }
}

class Files : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / ("gpubench-carbon-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::filesystem::path& path, std::string_view text) { std::ofstream(path) << text; }
  static std::vector<IntensitySlot> one(std::string_view from, double grams) {
    return {{utc(from), utc(from) + minutes(30), base::CarbonIntensity::from_grams_per_kilowatt_hour(grams),
             IntensityKind::forecast, "a service", utc("2026-11-22T11:00Z")}};
  }
  std::filesystem::path folder_;
};

TEST_F(Files, AreASource) {
  write(folder_ / "site.csv",
        "from,to,g_per_kwh\n2026-11-22T12:00Z,2026-11-22T12:30Z,120\n2026-11-22T12:30Z,2026-11-22T13:00Z,90\n");
  auto provider = open_intensity_file(folder_ / "site.csv", utc("2026-11-22T10:00Z"));
  ASSERT_TRUE(provider) << provider.error().message;
  const auto slots = (*provider)->slots(utc("2026-11-22T12:40Z"), utc("2026-11-22T12:50Z"));
  ASSERT_TRUE(slots);
  ASSERT_EQ(slots->size(), 1u);
  EXPECT_EQ(slots->front().intensity.grams_per_kilowatt_hour(), 90);
  EXPECT_EQ(slots->front().source, "file site.csv");
  EXPECT_EQ(slots->front().fetched, utc("2026-11-22T10:00Z"));
  EXPECT_FALSE((*provider)->slots(utc("2027-11-22T12:40Z"), utc("2027-11-22T12:50Z")));
}

TEST_F(Files, ThatCannotBeReadSayWhy) {
  EXPECT_FALSE(open_intensity_file(folder_ / "none.csv", {}));
  EXPECT_FALSE(open_intensity_file(folder_, {}));
  EXPECT_FALSE(open_intensity_file("/dev/zero", {}));
  write(folder_ / "bad.csv", "hello\n");
  const auto bad = open_intensity_file(folder_ / "bad.csv", {});
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().message, HasSubstr("bad.csv"));
  EXPECT_THAT(bad.error().remedy, HasSubstr("CSV"));
}

TEST_F(Files, CacheKeepsWithItsAgeAndSaysThatItIsOne) {
  const ForecastCache cache(folder_ / "deep" / "er", "grid_gb 12");
  EXPECT_TRUE(cache.load()->empty());
  ASSERT_TRUE(cache.store(one("2026-11-22T12:00Z", 120), utc("2026-11-22T12:00Z")));
  const auto slots = cache.load();
  ASSERT_TRUE(slots) << slots.error().message;
  ASSERT_EQ(slots->size(), 1u);
  EXPECT_EQ(slots->front().fetched, utc("2026-11-22T11:00Z"));
  EXPECT_EQ(slots->front().source, "a service (from the cache)");
  ASSERT_TRUE(cache.store(*slots, utc("2026-11-22T12:00Z")));
  EXPECT_EQ(cache.load()->front().source, "a service (from the cache)");  // not twice
}

TEST_F(Files, CacheForgetsWhatIsLongPast) {
  const ForecastCache cache(folder_, "key");
  auto slots = one("2026-11-01T12:00Z", 120);
  slots.push_back(one("2026-11-22T12:00Z", 90).front());
  ASSERT_TRUE(cache.store(slots, utc("2026-11-22T12:00Z")));
  EXPECT_EQ(cache.load()->size(), 1u);
}

TEST_F(Files, ABrokenCacheIsAnErrorAndCanBeReplaced) {
  const ForecastCache cache(folder_, "key");
  for (const char* text : {"", "{", "{\"slots\":[{}]}", "\xff\xfe", "from,to\n"}) {
    write(cache.path(), text);
    const auto slots = cache.load();
    ASSERT_FALSE(slots) << text;
    EXPECT_THAT(slots.error().message, HasSubstr("cache"));
  }
  ASSERT_TRUE(cache.store(one("2026-11-22T12:00Z", 120), utc("2026-11-22T12:00Z")));
  EXPECT_TRUE(cache.load());
}

TEST_F(Files, CachesOfDifferentKeysAreDifferentFiles) {
  const ForecastCache a(folder_, "grid_gb/12");
  const ForecastCache b(folder_, "grid_gb 12");
  const ForecastCache c(folder_, "../../12");
  EXPECT_NE(a.path(), b.path());
  for (const ForecastCache& cache : {a, b, c}) EXPECT_EQ(cache.path().parent_path(), folder_);
}

TEST_F(Files, ACacheThatCannotBeWrittenSaysSo) {
  write(folder_ / "file", "x");
  const ForecastCache cache(folder_ / "file", "key");
  EXPECT_FALSE(cache.store(one("2026-11-22T12:00Z", 120), utc("2026-11-22T12:00Z")));
}

}  // namespace
}  // namespace gpubench::carbon
