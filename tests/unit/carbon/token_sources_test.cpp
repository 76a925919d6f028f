// Electricity Maps and WattTime: the sources that take a token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "carbon/electricity_maps/electricity_maps.h"
#include "carbon/utc_time.h"
#include "carbon/watttime/watttime.h"
#include "support/manual_clock.h"
#include "support/scripted_http.h"
#include "unit/carbon/utc.h"

namespace gpubench::carbon {
namespace {

using std::chrono::seconds;
using support::http_answer;
using support::ManualClock;
using support::ScriptedHttp;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kMarker = "MARKER-7f3a-secret";

// Every fault of the table in one list: none is an answer, none is ever 0.
const std::vector<std::string> kFaults{
    "",
    "{}",
    "[]",
    "null",
    "<html>",
    "{\"data\":[]}",
    "{\"data\":null}",
    "{\"data\":7}",
    "{\"data\":[null,1,{}]}",
    R"({"history":[{"carbonIntensity":null,"datetime":"2026-11-22T12:00:00.000Z"}]})",
    R"({"history":[{"carbonIntensity":"302","datetime":"2026-11-22T12:00:00.000Z"}]})",
    R"({"history":[{"carbonIntensity":-3,"datetime":"2026-11-22T12:00:00.000Z"}]})",
    R"({"history":[{"carbonIntensity":1e9,"datetime":"2026-11-22T12:00:00.000Z"}]})",
    R"({"meta":{"units":"lbs_co2_per_mwh"},"data":[{"point_time":"yesterday","value":870}]})",
    R"({"meta":{"units":"percent"},"data":[{"point_time":"2026-11-22T12:00:00+00:00","value":87}]})",
    R"({"error":"Zone not found"})"};

TEST(ElectricityMapsAnswer, HoursWithTheirEstimates) {
  const auto slots = parse_electricity_maps_answer(
      R"({"zone":"DE","history":[{"zone":"DE","carbonIntensity":302,"datetime":"2026-11-22T13:00:00.000Z","isEstimated":true},)"
      R"({"zone":"DE","carbonIntensity":290.5,"datetime":"2026-11-22T12:00:00.000Z","isEstimated":false},)"
      R"({"zone":"DE","carbonIntensity":280,"datetime":"2026-11-22T12:00:00.000Z"}]})",
      "DE", IntensityKind::actual);
  ASSERT_TRUE(slots) << slots.error().message;
  ASSERT_EQ(slots->size(), 2u);
  EXPECT_EQ((*slots)[0].intensity.grams_per_kilowatt_hour(), 290.5);
  EXPECT_EQ((*slots)[1].source, "estimated");
  EXPECT_EQ((*slots)[1].to, utc("2026-11-22T14:00Z"));
  EXPECT_FALSE(parse_electricity_maps_answer(R"({"zone":"FR","history":[]})", "DE", IntensityKind::actual));
  for (const std::string& fault : kFaults)
    EXPECT_FALSE(parse_electricity_maps_answer(fault, "DE", IntensityKind::actual)) << fault;
}

class TokenSources : public testing::Test {
 protected:
  base::Result<std::vector<IntensitySlot>> electricity_maps(ScriptedHttp& http, std::string_view from, std::string_view to) {
    return make_electricity_maps_provider(http, clock_, {"http://em.test/v3/", "DE", kMarker})->slots(utc(from), utc(to));
  }
  base::Result<std::vector<IntensitySlot>> watttime(ScriptedHttp& http, std::string_view from, std::string_view to) {
    return make_watttime_provider(http, clock_, {"http://wt.test", "CAISO_NORTH", "user", kMarker})
        ->slots(utc(from), utc(to));
  }
  ManualClock clock_{utc("2026-11-22T12:40Z")};
};

TEST_F(TokenSources, ElectricityMapsTakesHistoryForThePastAndForecastsForTheRest) {
  ScriptedHttp http([](const platform::HttpRequest& request) {
    const bool forecast = request.url.find("/forecast") != std::string::npos;
    return http_answer(
        200, forecast ? R"({"zone":"DE","forecast":[{"carbonIntensity":400,"datetime":"2026-11-22T12:00:00.000Z"},)"
                        R"({"carbonIntensity":410,"datetime":"2026-11-22T13:00:00.000Z"}]})"
                      : R"({"zone":"DE","history":[{"carbonIntensity":300,"datetime":"2026-11-22T12:00:00.000Z"}]})");
  });
  const auto slots = electricity_maps(http, "2026-11-22T12:10Z", "2026-11-22T13:30Z");
  ASSERT_TRUE(slots) << slots.error().message;
  ASSERT_EQ(slots->size(), 2u);
  EXPECT_EQ((*slots)[0].kind, IntensityKind::actual);
  EXPECT_EQ((*slots)[0].intensity.grams_per_kilowatt_hour(), 300);
  EXPECT_EQ((*slots)[1].kind, IntensityKind::forecast);
  EXPECT_EQ((*slots)[1].source, "Electricity Maps, DE, life cycle");
  for (const auto& request : http.requests) {
    EXPECT_THAT(request.url, HasSubstr("zone=DE"));
    EXPECT_THAT(request.url, Not(HasSubstr(kMarker)));
    EXPECT_THAT(request.headers, testing::Contains(std::pair<std::string, std::string>("auth-token", kMarker)));
  }
}

TEST_F(TokenSources, ElectricityMapsAsksForOlderHoursByRange) {
  ScriptedHttp http([](const platform::HttpRequest&) {
    return http_answer(200, R"({"zone":"DE","data":[{"carbonIntensity":300,"datetime":"2026-11-01T12:00:00.000Z"}]})");
  });
  ASSERT_TRUE(electricity_maps(http, "2026-11-01T12:10Z", "2026-11-01T12:30Z"));
  EXPECT_EQ(http.requests[0].url,
            "http://em.test/v3/carbon-intensity/past-range?zone=DE&start=2026-11-01T12:00:00Z&end=2026-11-01T13:00:00Z");
}

TEST_F(TokenSources, FaultsAreErrorsThatTellNoSecret) {
  std::vector<ScriptedHttp::Answer> answers;
  for (const std::string& fault : kFaults) answers.push_back(http_answer(200, fault));
  for (const int status : {301, 401, 403, 404, 429, 500, 503})
    answers.push_back(http_answer(status, std::string("no ") + kMarker));
  answers.push_back(base::failure("timed out"));
  for (const auto& answer : answers) {
    ScriptedHttp http({answer});
    const auto before = clock_.now();
    const auto first = electricity_maps(http, "2026-11-22T12:10Z", "2026-11-22T13:30Z");
    const auto second = watttime(http, "2026-11-22T12:10Z", "2026-11-22T13:30Z");
    for (const auto* result : {&first, &second}) {
      ASSERT_FALSE(*result);
      EXPECT_THAT(result->error().message + result->error().remedy, Not(HasSubstr(kMarker)));
    }
    EXPECT_LE(clock_.now() - before, seconds(20));
  }
}

// A free plan is refused the forecast with a token that is good for the history.
TEST_F(TokenSources, TheServicesOwnWordsAreTheReason) {
  const auto complaint = [&](int status, const std::string& body, std::string location = {}) {
    ScriptedHttp http({platform::HttpResponse{status, {{"location", std::move(location)}}, body}});
    return electricity_maps(http, "2026-11-22T12:10Z", "2026-11-22T13:30Z").error().message;
  };
  EXPECT_THAT(complaint(403, R"({"message":"your plan does not include this endpoint"})"),
              HasSubstr("refused this for zone DE (HTTP 403: your plan does not include this endpoint)"));
  EXPECT_THAT(complaint(401, R"({"error":"invalid auth-token"})"),
              HasSubstr("refused the token (HTTP 401: invalid auth-token)"));
  EXPECT_THAT(complaint(404, R"({"error":{"code":7,"message":"zone does not exist"}})"),
              HasSubstr("zone DE: HTTP 404: zone does not exist"));
  EXPECT_THAT(complaint(404, "no such page\x1b[31m"), HasSubstr("HTTP 404: no such page [31m"));
  EXPECT_THAT(complaint(301, "moved", "https://em.example/v4"),
              HasSubstr("HTTP 301, a redirect to https://em.example/v4, is not followed"));
  EXPECT_THAT(complaint(404, "{}"), testing::EndsWith("HTTP 404"));
  ScriptedHttp refuses({http_answer(403, R"({"error":"Region not in subscription"})")});
  EXPECT_THAT(watttime(refuses, "2026-11-22T12:10Z", "2026-11-22T13:30Z").error().message,
              HasSubstr("refused the login (HTTP 403: Region not in subscription)"));
}

TEST_F(TokenSources, OnlyAZoneThatTheServiceDoesNotHaveIsUnknown) {
  const auto check = [&](const ScriptedHttp::Answer& answer) {
    ScriptedHttp http({answer});
    return make_electricity_maps_provider(http, clock_, {"http://em.test/v3/", "XX", kMarker}, seconds(2))->check_place();
  };
  const auto unknown = check(http_answer(404, R"({"error":{"code":7,"message":"zone does not exist"}})"));
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("does not know zone XX (HTTP 404: zone does not exist)"));
  EXPECT_FALSE(check(http_answer(404, R"({"error":"Zone not found"})")));
  for (const auto& answer : {http_answer(404, "no such page"), http_answer(401), http_answer(403, "zone not in plan"),
                             http_answer(500, "zone"), http_answer(200, "{}"), ScriptedHttp::Answer(base::failure("down"))})
    EXPECT_TRUE(check(answer));
}

TEST_F(TokenSources, HangingServicesCostNoMoreThanThePatience) {
  ScriptedHttp hanging([&](const platform::HttpRequest& request) -> ScriptedHttp::Answer {
    clock_.advance(request.timeout);
    return base::failure("timed out");
  });
  auto before = clock_.now();
  EXPECT_FALSE(electricity_maps(hanging, "2026-11-22T12:10Z", "2026-11-22T13:30Z"));
  EXPECT_LE(clock_.now() - before, seconds(10));
  before = clock_.now();
  EXPECT_FALSE(watttime(hanging, "2026-11-22T12:10Z", "2026-11-22T13:30Z"));
  EXPECT_LE(clock_.now() - before, seconds(10));
}

TEST(WattTimeAnswer, PoundsPerMegawattHourBecomeGramsPerKilowattHour) {
  const auto slots = parse_watttime_answer(
      R"({"data":[{"point_time":"2026-11-22T12:00:00+00:00","value":870.0},{"point_time":"2026-11-22T12:05:00+00:00","value":1000},)"
      R"({"point_time":"2026-11-22T12:10:00+00:00","value":null}],"meta":{"data_point_period_seconds":300,"region":"CAISO_NORTH",)"
      R"("signal_type":"co2_moer","units":"lbs_co2_per_mwh"}})",
      "CAISO_NORTH");
  ASSERT_TRUE(slots) << slots.error().message;
  ASSERT_EQ(slots->size(), 2u);
  EXPECT_NEAR((*slots)[0].intensity.grams_per_kilowatt_hour(), 870 * 0.45359237, 1e-9);
  EXPECT_NEAR((*slots)[1].intensity.grams_per_kilowatt_hour(), 453.59237, 1e-9);
  EXPECT_EQ((*slots)[0].kind, IntensityKind::marginal);
  EXPECT_EQ((*slots)[0].to, utc("2026-11-22T12:05Z"));
  for (const std::string& fault : kFaults) EXPECT_FALSE(parse_watttime_answer(fault, "CAISO_NORTH")) << fault;
}

TEST_F(TokenSources, WattTimeLogsInAndSaysThatItIsMarginal) {
  ScriptedHttp http([](const platform::HttpRequest& request) {
    if (request.url == "http://wt.test/login") return http_answer(200, R"({"token":"bearer-1"})");
    const bool forecast = request.url.find("/v3/forecast") != std::string::npos;
    const char* time = forecast ? "2026-11-22T12:40:00+00:00" : "2026-11-22T12:35:00+00:00";
    return http_answer(200, std::string(R"({"data":[{"point_time":")") + time +
                                R"(","value":870}],"meta":{"region":"CAISO_NORTH","units":"lbs_co2_per_mwh"}})");
  });
  const auto slots = watttime(http, "2026-11-22T12:36Z", "2026-11-22T12:44Z");
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(slots->size(), 2u);
  EXPECT_THAT(slots->front().source, HasSubstr("marginal"));
  ASSERT_EQ(http.requests.size(), 3u);
  EXPECT_EQ(http.requests[0].basic_auth->second, kMarker);
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_FALSE(http.requests[i].basic_auth);
    EXPECT_THAT(http.requests[i].headers,
                testing::Contains(std::pair<std::string, std::string>("Authorization", "Bearer bearer-1")));
  }
}

TEST(Regions, AreCheckedByTheirForm) {
  for (const char* zone : {"DE", "GB", "US-CAL-CISO", "DK-DK2", "IN-NO"})
    EXPECT_TRUE(is_electricity_maps_zone(zone)) << zone;
  for (const char* zone : {"", "D", "de", "DEU", "D3", "DE-", "DE&x=1", "DE/..", "South England"})
    EXPECT_FALSE(is_electricity_maps_zone(zone)) << zone;
  for (const char* region : {"CAISO_NORTH", "UK", "PJM_DC"}) EXPECT_TRUE(is_watttime_region(region)) << region;
  for (const char* region : {"", "C", "caiso", "CAISO NORTH", "CAISO&", "_X"})
    EXPECT_FALSE(is_watttime_region(region)) << region;
}

}  // namespace
}  // namespace gpubench::carbon
