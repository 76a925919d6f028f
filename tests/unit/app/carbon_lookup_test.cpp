#include "app/carbon_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

namespace gpubench::app {
namespace {

using carbon::IntensityKind;
using carbon::IntensitySlot;
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

class Lookup : public testing::Test {
 protected:
  Lookup() : folder_(std::filesystem::path(testing::TempDir()) / ("gpubench-lookup-" + std::to_string(::getpid()))) {
    timing_.patience = milliseconds(300);
  }
  ~Lookup() override { std::filesystem::remove_all(folder_); }

  CarbonChoice asking(CarbonChoice::Ask ask) {
    CarbonChoice choice;
    choice.ask = std::move(ask);
    choice.fallback = carbon::great_britain();
    return choice;
  }
  [[nodiscard]] base::WallTime now() const { return clock_.wall_now(); }

  std::filesystem::path folder_;
  platform::SystemClock clock_;
  CarbonLookup::Timing timing_;
};

TEST_F(Lookup, KnowsTheForecastBeforeTheRun) {
  std::atomic<int> asked = 0;
  CarbonLookup lookup(asking([&](auto from, auto to, auto) -> CarbonChoice::Slots {
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

TEST_F(Lookup, ANetworkLostInMidRunCostsNothing) {
  std::atomic<int> asked = 0;
  timing_.refresh = milliseconds(5);
  timing_.first_retry = milliseconds(5);
  CarbonLookup lookup(asking([&](auto from, auto to, auto) -> CarbonChoice::Slots {
                        if (++asked > 1) return base::failure("the network is gone");
                        return half_hours(from, to, 120);
                      }),
                      clock_, timing_);
  while (asked < 3) clock_.sleep_until(clock_.now() + milliseconds(1));
  const auto answer = lookup.answer(now() - milliseconds(1), now());
  EXPECT_TRUE(answer.trouble.empty()) << answer.trouble;
  EXPECT_FALSE(answer.slots.empty());
}

TEST_F(Lookup, RefreshesWhileTheRunLasts) {
  std::atomic<int> asked = 0;
  timing_.refresh = milliseconds(5);
  CarbonLookup lookup(
      asking([&](auto from, auto to, auto) -> CarbonChoice::Slots { return half_hours(from, to, 100.0 * ++asked); }), clock_,
      timing_);
  while (asked < 4) clock_.sleep_until(clock_.now() + milliseconds(1));
  const auto answer = lookup.answer(now() - milliseconds(1), now());
  EXPECT_GE(answer.slots.front().intensity.grams_per_kilowatt_hour(), 200);
}

TEST_F(Lookup, AServiceThatComesBackIsAskedAgain) {
  std::atomic<int> asked = 0;
  timing_.first_retry = milliseconds(2);
  CarbonLookup lookup(asking([&](auto from, auto to, auto) -> CarbonChoice::Slots {
                        if (++asked < 4) return base::failure("not yet");
                        return half_hours(from, to, 120);
                      }),
                      clock_, timing_);
  while (asked < 4) clock_.sleep_until(clock_.now() + milliseconds(1));
  EXPECT_TRUE(lookup.answer(now() - milliseconds(1), now()).trouble.empty());
}

TEST_F(Lookup, AServiceThatHangsCostsNoMoreThanThePatience) {
  const base::SteadyTime begin = clock_.now();
  {
    CarbonLookup lookup(asking([&](auto, auto, base::Duration patience) -> CarbonChoice::Slots {
                          clock_.sleep_until(clock_.now() + patience);
                          return base::failure("timed out");
                        }),
                        clock_, timing_);
    const auto answer = lookup.answer(now() - minutes(5), now());
    EXPECT_THAT(answer.trouble, HasSubstr(""));
    EXPECT_TRUE(answer.slots.empty());
  }
  EXPECT_LT(clock_.now() - begin, timing_.patience + milliseconds(200));
}

TEST_F(Lookup, AsksOnceMoreForWhatIsMissing) {
  std::atomic<int> asked = 0;
  CarbonLookup lookup(asking([&](base::WallTime from, base::WallTime to, auto) -> CarbonChoice::Slots {
                        return ++asked == 1 ? half_hours(from + minutes(60), to, 100) : half_hours(from, to, 200);
                      }),
                      clock_, timing_);
  const auto answer = lookup.answer(now() - milliseconds(1), now());
  EXPECT_TRUE(answer.trouble.empty()) << answer.trouble;
  EXPECT_EQ(answer.slots.front().intensity.grams_per_kilowatt_hour(), 200);
  EXPECT_EQ(asked, 2);
}

TEST_F(Lookup, TheCacheStandsInAndSaysSo) {
  auto choice = asking([](auto from, auto to, auto) -> CarbonChoice::Slots { return half_hours(from, to, 120); });
  choice.cache.emplace(folder_, "key");
  CarbonLookup(choice, clock_, timing_).answer(now() - milliseconds(1), now());
  choice.ask = [](auto, auto, auto) -> CarbonChoice::Slots { return base::failure("offline"); };
  CarbonLookup offline(choice, clock_, timing_);
  const auto answer = offline.answer(now() - milliseconds(1), now());
  EXPECT_TRUE(answer.trouble.empty()) << answer.trouble;
  ASSERT_FALSE(answer.slots.empty());
  EXPECT_EQ(answer.slots.front().source, "a service (from the cache)");
  EXPECT_TRUE(offline.take_notes().empty());
}

TEST_F(Lookup, ABrokenCacheIsSaidAndReplaced) {
  auto choice = asking([](auto from, auto to, auto) -> CarbonChoice::Slots { return half_hours(from, to, 120); });
  choice.cache.emplace(folder_, "key");
  std::filesystem::create_directories(folder_);
  std::ofstream(choice.cache->path()) << "{ not json";
  CarbonLookup lookup(choice, clock_, timing_);
  EXPECT_TRUE(lookup.answer(now() - milliseconds(1), now()).trouble.empty());
  const auto notes = lookup.take_notes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_THAT(notes.front(), HasSubstr("cache"));
  EXPECT_TRUE(choice.cache->load());
}

TEST_F(Lookup, WithNothingToAskIsDoneAtOnce) {
  CarbonChoice choice;
  choice.fallback = carbon::great_britain();
  CarbonLookup lookup(choice, clock_, timing_);
  EXPECT_TRUE(lookup.answer(now() - milliseconds(1), now()).slots.empty());
}

class Choice : public testing::Test {
 protected:
  base::Result<CarbonChoice> choose(const std::string& source, const std::string& region) {
    options_.source = source;
    return choose_carbon(options_, region, environment_, clock_);
  }
  CarbonOptions options_;
  Environment environment_;
  platform::SystemClock clock_;
};

TEST_F(Choice, OfEverySource) {
  EXPECT_EQ(choose("grid_gb", "london")->place, "London");
  EXPECT_EQ(choose("grid_gb", "12")->place, "South England");
  EXPECT_EQ(choose("grid_gb", "OX11 0QX")->place, "postcode OX11");
  EXPECT_EQ(choose("grid_gb_national", "South England")->place, "Great Britain");
  EXPECT_EQ(choose("yearly", "South England")->place, "United Kingdom");
  EXPECT_EQ(choose("yearly", "FR")->place, "France");
  environment_.carbon.electricity_maps_token.value = "token";
  EXPECT_EQ(choose("electricity_maps", "DE")->fallback->name, "Germany");
  EXPECT_FALSE(choose("electricity_maps", "AU-NSW")->fallback);
  environment_.carbon.watttime_user = "user";
  environment_.carbon.watttime_password.value = "password";
  EXPECT_FALSE(choose("watttime", "CAISO_NORTH")->fallback);
}

TEST_F(Choice, IsRefusedWithTheRemedyBeforeAnythingRuns) {
  const auto complaint = [&](const std::string& source, const std::string& region) {
    const auto choice = choose(source, region);
    return choice ? std::string("none") : choice.error().message + " / " + choice.error().remedy;
  };
  EXPECT_THAT(complaint("grid_gb", "19"), HasSubstr("South England"));
  EXPECT_THAT(complaint("tea_leaves", "London"), HasSubstr("grid_gb_national"));
  EXPECT_THAT(complaint("electricity_maps", "South England"), HasSubstr("zone"));
  environment_.carbon.electricity_maps_token.variable = "IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN";
  EXPECT_THAT(complaint("electricity_maps", "DE"), HasSubstr("IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN"));
  environment_.carbon.electricity_maps_token.value = "a\r\nb";
  EXPECT_THAT(complaint("electricity_maps", "DE"), testing::Not(HasSubstr("a\r")));
  EXPECT_THAT(complaint("watttime", "CAISO_NORTH"), HasSubstr("IRIS_GPUBENCH_WATTTIME_USERNAME"));
  EXPECT_THAT(complaint("file:/nonexistent.csv", "London"), HasSubstr("nonexistent"));
  EXPECT_THAT(complaint("yearly", "XX"), HasSubstr("FR"));
}

TEST_F(Choice, OfAUserValueHoldsAtAllTimes) {
  options_.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(162);
  const auto choice = choose("grid_gb", "London");
  ASSERT_TRUE(choice);
  const auto slots = choice->ask(base::WallTime{}, base::WallTime(std::chrono::hours(9)), {});
  ASSERT_EQ(slots->size(), 1u);
  EXPECT_EQ(slots->front().kind, IntensityKind::user_value);
  EXPECT_FALSE(choice->cache);
}

TEST_F(Choice, KeepsTheCachesOfDifferentPlacesApart) {
  environment_.carbon.cache_folder = "/cache";
  EXPECT_NE(choose("grid_gb", "12")->cache->path(), choose("grid_gb", "13")->cache->path());
  EXPECT_NE(choose("grid_gb", "12")->cache->path(), choose("grid_gb_national", "12")->cache->path());
  environment_.carbon.grid_gb_url = "http://127.0.0.1:1";
  const auto other = choose("grid_gb", "12")->cache->path();
  environment_.carbon.grid_gb_url.clear();
  EXPECT_NE(choose("grid_gb", "12")->cache->path(), other);
  EXPECT_EQ(other.parent_path(), "/cache/carbon");
}

}  // namespace
}  // namespace gpubench::app
