#include "carbon/lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "carbon/file/forecast_cache.h"
#include "carbon/open.h"

namespace gpubench::carbon {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::HasSubstr;

constexpr base::Duration kHalfHour = minutes(30);

// Half-hours that cover the range, each of `grams`.
std::vector<IntensitySlot> half_hours(base::WallTime from, base::WallTime to, double grams) {
  std::vector<IntensitySlot> slots;
  base::WallTime start = from - from.time_since_epoch() % kHalfHour;
  for (; start <= to; start += kHalfHour)
    slots.push_back({start, start + kHalfHour, base::CarbonIntensity::from_grams_per_kilowatt_hour(grams),
                     IntensityKind::forecast, "a service", from});
  return slots;
}

class LookupTest : public testing::Test {
 protected:
  LookupTest() : folder_(std::filesystem::path(testing::TempDir()) / ("gpubench-lookup-" + std::to_string(::getpid()))) {
    timing_.patience = milliseconds(300);
  }
  ~LookupTest() override { std::filesystem::remove_all(folder_); }

  Source asking(Source::Ask ask) {
    Source source;
    source.ask = std::move(ask);
    source.fallback = great_britain();
    return source;
  }
  [[nodiscard]] base::WallTime now() const { return clock_.wall_now(); }

  std::filesystem::path folder_;
  platform::SystemClock clock_;
  Lookup::Timing timing_;
};

TEST_F(LookupTest, KnowsTheForecastBeforeTheRun) {
  std::atomic<int> asked = 0;
  Lookup lookup(asking([&](auto from, auto to, auto) -> Source::Slots {
                  ++asked;
                  return half_hours(from, to, 120);
                }),
                clock_, timing_);
  const auto answer = lookup.answer(now() - milliseconds(1), now());
  EXPECT_TRUE(answer.trouble.empty()) << answer.trouble;
  ASSERT_FALSE(answer.slots.empty());
  EXPECT_EQ(answer.slots.front().intensity.grams_per_kilowatt_hour(), 120);
  EXPECT_EQ(lookup.at(now())->intensity.grams_per_kilowatt_hour(), 120);
  EXPECT_EQ(asked, 1);
}

TEST_F(LookupTest, ANetworkLostInMidRunCostsNothing) {
  std::atomic<int> asked = 0;
  timing_.refresh = milliseconds(5);
  timing_.first_retry = milliseconds(5);
  Lookup lookup(asking([&](auto from, auto to, auto) -> Source::Slots {
                  if (++asked > 1) return base::failure("the network is gone");
                  return half_hours(from, to, 120);
                }),
                clock_, timing_);
  while (asked < 3) clock_.sleep_until(clock_.now() + milliseconds(1));
  const auto answer = lookup.answer(now() - milliseconds(1), now());
  EXPECT_TRUE(answer.trouble.empty()) << answer.trouble;
  EXPECT_FALSE(answer.slots.empty());
}

TEST_F(LookupTest, RefreshesWhileTheRunLasts) {
  std::atomic<int> asked = 0;
  timing_.refresh = milliseconds(5);
  Lookup lookup(asking([&](auto from, auto to, auto) -> Source::Slots { return half_hours(from, to, 100.0 * ++asked); }),
                clock_, timing_);
  while (asked < 4) clock_.sleep_until(clock_.now() + milliseconds(1));
  const auto answer = lookup.answer(now() - milliseconds(1), now());
  EXPECT_GE(answer.slots.front().intensity.grams_per_kilowatt_hour(), 200);
}

TEST_F(LookupTest, AServiceThatComesBackIsAskedAgain) {
  std::atomic<int> asked = 0;
  timing_.first_retry = milliseconds(2);
  Lookup lookup(asking([&](auto from, auto to, auto) -> Source::Slots {
                  if (++asked < 4) return base::failure("not yet");
                  return half_hours(from, to, 120);
                }),
                clock_, timing_);
  while (asked < 4) clock_.sleep_until(clock_.now() + milliseconds(1));
  EXPECT_TRUE(lookup.answer(now() - milliseconds(1), now()).trouble.empty());
}

TEST_F(LookupTest, AServiceThatHangsCostsNoMoreThanThePatience) {
  const base::SteadyTime begin = clock_.now();
  {
    Lookup lookup(asking([&](auto, auto, base::Duration patience) -> Source::Slots {
                    clock_.sleep_until(clock_.now() + patience);
                    return base::failure("timed out");
                  }),
                  clock_, timing_);
    const auto answer = lookup.answer(now() - minutes(5), now());
    EXPECT_THAT(answer.trouble, HasSubstr(""));
    EXPECT_TRUE(answer.slots.empty());
  }
  EXPECT_LT(clock_.now() - begin, timing_.patience + milliseconds(2000));
}

TEST_F(LookupTest, AsksOnceMoreForWhatIsMissing) {
  std::atomic<int> asked = 0;
  Lookup lookup(asking([&](base::WallTime from, base::WallTime to, auto) -> Source::Slots {
                  return ++asked == 1 ? half_hours(from + minutes(60), to, 100) : half_hours(from, to, 200);
                }),
                clock_, timing_);
  const auto answer = lookup.answer(now() - milliseconds(1), now());
  EXPECT_TRUE(answer.trouble.empty()) << answer.trouble;
  EXPECT_EQ(answer.slots.front().intensity.grams_per_kilowatt_hour(), 200);
  EXPECT_EQ(asked, 2);
}

TEST_F(LookupTest, TheCacheStandsInAndSaysSo) {
  auto source = asking([](auto from, auto to, auto) -> Source::Slots { return half_hours(from, to, 120); });
  source.cache = std::make_shared<ForecastCache>(folder_, "key");
  Lookup(source, clock_, timing_).answer(now() - milliseconds(1), now());
  source.ask = [](auto, auto, auto) -> Source::Slots { return base::failure("offline"); };
  Lookup offline(source, clock_, timing_);
  const auto answer = offline.answer(now() - milliseconds(1), now());
  EXPECT_TRUE(answer.trouble.empty()) << answer.trouble;
  ASSERT_FALSE(answer.slots.empty());
  EXPECT_EQ(answer.slots.front().source, "a service (from the cache)");
  EXPECT_TRUE(offline.take_notes().empty());
}

TEST_F(LookupTest, ABrokenCacheIsSaidAndReplaced) {
  auto source = asking([](auto from, auto to, auto) -> Source::Slots { return half_hours(from, to, 120); });
  source.cache = std::make_shared<ForecastCache>(folder_, "key");
  std::filesystem::create_directories(folder_);
  std::ofstream(source.cache->path()) << "{ not json";
  Lookup lookup(source, clock_, timing_);
  EXPECT_TRUE(lookup.answer(now() - milliseconds(1), now()).trouble.empty());
  const auto notes = lookup.take_notes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_THAT(notes.front(), HasSubstr("cache"));
  EXPECT_TRUE(source.cache->load());
}

TEST_F(LookupTest, WithNothingToAskIsDoneAtOnce) {
  Source source;
  source.fallback = great_britain();
  Lookup lookup(source, clock_, timing_);
  EXPECT_TRUE(lookup.answer(now() - milliseconds(1), now()).slots.empty());
}

class OpenSource : public testing::Test {
 protected:
  base::Result<Source> open(const std::string& source, const std::string& region) {
    spec_.options.source = source;
    spec_.region = region;
    return open_source(spec_, clock_);
  }
  CarbonSpec spec_;
  platform::SystemClock clock_;
};

TEST_F(OpenSource, OfEverySource) {
  EXPECT_EQ(open("grid_gb", "london")->place, "London");
  EXPECT_EQ(open("grid_gb", "12")->place, "South England");
  EXPECT_EQ(open("grid_gb", "OX11 0QX")->place, "postcode OX11");
  EXPECT_EQ(open("grid_gb_national", "South England")->place, "Great Britain");
  EXPECT_EQ(open("yearly", "South England")->place, "United Kingdom");
  EXPECT_EQ(open("yearly", "FR")->place, "France");
  spec_.services.electricity_maps_token.value = "token";
  EXPECT_EQ(open("electricity_maps", "DE")->fallback->name, "Germany");
  EXPECT_FALSE(open("electricity_maps", "AU-NSW")->fallback);
  spec_.services.watttime_user = "user";
  spec_.services.watttime_password.value = "password";
  EXPECT_FALSE(open("watttime", "CAISO_NORTH")->fallback);
}

TEST_F(OpenSource, IsRefusedWithTheRemedyBeforeAnythingRuns) {
  const auto complaint = [&](const std::string& source, const std::string& region) {
    const auto opened = open(source, region);
    return opened ? std::string("none") : opened.error().message + " / " + opened.error().remedy;
  };
  EXPECT_THAT(complaint("grid_gb", "19"), HasSubstr("South England"));
  EXPECT_THAT(complaint("tea_leaves", "London"), HasSubstr("grid_gb_national"));
  EXPECT_THAT(complaint("electricity_maps", "South England"), HasSubstr("zone"));
  spec_.services.electricity_maps_token.variable = "IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN";
  EXPECT_THAT(complaint("electricity_maps", "DE"), HasSubstr("IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN"));
  spec_.services.electricity_maps_token.value = "a\r\nb";
  EXPECT_THAT(complaint("electricity_maps", "DE"), testing::Not(HasSubstr("a\r")));
  EXPECT_THAT(complaint("watttime", "CAISO_NORTH"), HasSubstr("IRIS_GPUBENCH_WATTTIME_USERNAME"));
  EXPECT_THAT(complaint("file:/nonexistent.csv", "London"), HasSubstr("nonexistent"));
  EXPECT_THAT(complaint("yearly", "XX"), HasSubstr("FR"));
}

TEST_F(OpenSource, OfAUserValueHoldsAtAllTimes) {
  spec_.options.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(162);
  const auto source = open("grid_gb", "London");
  ASSERT_TRUE(source);
  const auto slots = source->ask(base::WallTime{}, base::WallTime(std::chrono::hours(9)), {});
  ASSERT_EQ(slots->size(), 1u);
  EXPECT_EQ(slots->front().kind, IntensityKind::user_value);
  EXPECT_FALSE(source->cache);
}

TEST_F(OpenSource, KeepsTheCachesOfDifferentPlacesApart) {
  spec_.services.cache_folder = "/cache";
  EXPECT_NE(open("grid_gb", "12")->cache->path(), open("grid_gb", "13")->cache->path());
  EXPECT_NE(open("grid_gb", "12")->cache->path(), open("grid_gb_national", "12")->cache->path());
  spec_.services.grid_gb_url = "http://127.0.0.1:1";
  const auto other = open("grid_gb", "12")->cache->path();
  spec_.services.grid_gb_url.clear();
  EXPECT_NE(open("grid_gb", "12")->cache->path(), other);
  EXPECT_EQ(other.parent_path(), "/cache/carbon");
  spec_.services.grid_gb_url = "http://127.0.0.1:1/" + std::string(120, 'x');
  EXPECT_NE(open("grid_gb", "12")->cache->path(), open("grid_gb", "13")->cache->path());
}

}  // namespace
}  // namespace gpubench::carbon
