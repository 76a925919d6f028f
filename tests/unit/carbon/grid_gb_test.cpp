#include "carbon/grid_gb/grid_gb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "carbon/grid_gb/intensity_answer.h"
#include "support/manual_clock.h"
#include "support/scripted_http.h"
#include "unit/carbon/utc.h"

namespace gpubench::carbon {
namespace {

using base::WallTime;
using std::chrono::minutes;
using std::chrono::seconds;
using support::http_answer;
using support::ManualClock;
using support::ScriptedHttp;
using testing::HasSubstr;

// What the service would say to a request: every half-hour that touches the range asked for, also those that only end or
// start there.
std::string service_answer(const std::string& url) {
  const std::size_t at = url.find("/regional/intensity/") + 20;
  const WallTime from = utc(url.substr(at, 17));
  const WallTime to = utc(url.substr(at + 18, 17));
  std::string periods;
  for (WallTime start = utc("2026-01-01T00:00Z"); start <= to; start += minutes(30)) {
    if (start + minutes(30) < from) continue;
    periods += periods.empty() ? "" : ",";
    periods += R"({"from":")" + api_time_text(start) + R"(","to":")" + api_time_text(start + minutes(30)) +
               R"(","intensity":{"forecast":)" + std::to_string(start.time_since_epoch() / minutes(30) % 300) + "}}";
  }
  return R"({"data":{"regionid":12,"data":[)" + periods + "]}}";
}

class GridGb : public testing::Test {
 protected:
  base::Result<std::vector<IntensitySlot>> ask(ScriptedHttp& http, std::string_view from, std::string_view to,
                                               const std::string& url = "http://carbon.test") {
    return make_grid_gb_provider(http, clock_, url, *find_region("South England"))->slots(utc(from), utc(to));
  }
  ScriptedHttp good_{[](const platform::HttpRequest& request) { return http_answer(200, service_answer(request.url)); }};
  ManualClock clock_{utc("2026-11-22T12:10Z")};
};

TEST_F(GridGb, AsksOneMinuteAfterTheBoundaryAndDropsWhatItDidNotAskFor) {
  const auto slots = ask(good_, "2026-11-22T12:10Z", "2026-11-22T13:05Z", "http://carbon.test/");
  ASSERT_TRUE(slots) << slots.error().message;
  ASSERT_EQ(good_.requests.size(), 1u);
  EXPECT_EQ(good_.requests[0].url, "http://carbon.test/regional/intensity/2026-11-22T12:01Z/2026-11-22T13:30Z/regionid/12");
  EXPECT_LE(good_.requests[0].timeout, seconds(10));
  ASSERT_EQ(slots->size(), 3u);
  EXPECT_EQ(slots->front().from, utc("2026-11-22T12:00Z"));
  EXPECT_EQ(slots->back().to, utc("2026-11-22T13:30Z"));
  EXPECT_EQ(slots->front().source, "Carbon Intensity API, South England (region 12)");
  EXPECT_EQ(slots->front().fetched, clock_.wall_now());
  EXPECT_EQ(slots->front().kind, IntensityKind::forecast);
}

TEST_F(GridGb, ARangeOnBoundariesTakesNoMore) {
  const auto slots = ask(good_, "2026-11-22T12:00Z", "2026-11-22T12:30Z");
  ASSERT_TRUE(slots);
  ASSERT_EQ(slots->size(), 1u);
  EXPECT_EQ(slots->front().from, utc("2026-11-22T12:00Z"));
}

TEST_F(GridGb, AMomentHasItsHalfHour) {
  for (const char* moment : {"2026-11-22T12:00Z", "2026-11-22T12:10Z"}) {
    const auto slots = ask(good_, moment, moment);
    ASSERT_TRUE(slots);
    ASSERT_EQ(slots->size(), 1u);
    EXPECT_EQ(slots->front().from, utc("2026-11-22T12:00Z"));
  }
}

TEST_F(GridGb, LongRangesAreAskedInParts) {
  const auto slots = ask(good_, "2026-03-01T00:10Z", "2026-04-10T12:00Z");  // 40 days
  ASSERT_TRUE(slots);
  EXPECT_EQ(good_.requests.size(), 4u);
  ASSERT_EQ(slots->size(), 40u * 48 + 24);
  for (std::size_t i = 1; i < slots->size(); ++i) ASSERT_EQ((*slots)[i].from, (*slots)[i - 1].to);
}

TEST_F(GridGb, KeepsWhatCameWhenALaterPartFails) {
  int count = 0;
  ScriptedHttp http([&](const platform::HttpRequest& request) {
    return ++count == 1 ? http_answer(200, service_answer(request.url)) : http_answer(404, "{}");
  });
  const auto slots = ask(http, "2026-03-01T00:00Z", "2026-03-20T00:00Z");
  ASSERT_TRUE(slots);
  EXPECT_EQ(slots->size(), 13u * 48);
}

TEST_F(GridGb, TriesAgainAfterServerErrorsAndNetworkErrors) {
  int count = 0;
  ScriptedHttp http([&](const platform::HttpRequest& request) -> ScriptedHttp::Answer {
    ++count;
    if (count == 1) return http_answer(500, R"({"error":{"code":"500","message":"Requested resource not found."}})");
    if (count == 2) return base::failure("connection refused");
    return http_answer(200, service_answer(request.url));
  });
  const auto slots = ask(http, "2026-11-22T12:10Z", "2026-11-22T12:20Z");
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(count, 3);
  ASSERT_EQ(clock_.sleeps().size(), 2u);
  EXPECT_GT(clock_.sleeps()[0], std::chrono::milliseconds(100));
  EXPECT_LT(clock_.sleeps()[0] + clock_.sleeps()[1], seconds(3));
}

TEST_F(GridGb, ThreeTriesAtMostAndTheLastErrorIsNamed) {
  ScriptedHttp http({http_answer(500, R"({"error":{"message":"Requested resource not found."}})")});
  const auto slots = ask(http, "2026-11-22T12:10Z", "2026-11-22T12:20Z");
  ASSERT_FALSE(slots);
  EXPECT_EQ(http.requests.size(), 3u);
  EXPECT_EQ(slots.error().message, "no carbon forecast from http://carbon.test: HTTP 500: Requested resource not found.");
  EXPECT_THAT(slots.error().remedy, HasSubstr("network"));
}

TEST_F(GridGb, NeverTakesMoreThanTenSeconds) {
  ScriptedHttp http([&](const platform::HttpRequest& request) -> ScriptedHttp::Answer {
    clock_.advance(request.timeout);  // a server that accepts and never answers
    return base::failure("timed out");
  });
  const auto before = clock_.now();
  const auto slots = ask(http, "2026-03-01T00:10Z", "2026-04-10T12:00Z");
  ASSERT_FALSE(slots);
  EXPECT_THAT(slots.error().message, HasSubstr("timed out"));
  EXPECT_LE(clock_.now() - before, seconds(10));
  EXPECT_EQ(http.requests.size(), 2u);
}

TEST_F(GridGb, WrongAnswersAreNotAskedForAgain) {
  const std::vector<std::pair<int, std::string>> answers{
      {200, "{}"}, {200, R"({"data":[]})"}, {200, "<html>down</html>"}, {200, ""}, {400, R"({"error":{"message":"bad"}})"},
      {302, ""}};
  for (const auto& [status, body] : answers) {
    ScriptedHttp http({http_answer(status, body)});
    const auto slots = ask(http, "2026-11-22T12:10Z", "2026-11-22T12:20Z");
    ASSERT_FALSE(slots) << body;
    EXPECT_EQ(http.requests.size(), 1u) << body;
    EXPECT_THAT(slots.error().message, HasSubstr("HTTP " + std::to_string(status)));
  }
}

TEST_F(GridGb, AnAnswerAboutAnotherTimeIsAnError) {
  ScriptedHttp http({http_answer(200, service_answer("/regional/intensity/2026-11-20T12:01Z/2026-11-20T13:30Z"))});
  const auto slots = ask(http, "2026-11-22T12:10Z", "2026-11-22T12:20Z");
  ASSERT_FALSE(slots);
  EXPECT_THAT(slots.error().message, HasSubstr("none of the half-hours asked for"));
}

TEST_F(GridGb, AsksByPostcode) {
  const auto provider = make_grid_gb_provider(good_, clock_, "http://carbon.test", *parse_place("OX11 0QX"));
  const auto slots = provider->slots(utc("2026-11-22T12:10Z"), utc("2026-11-22T12:20Z"));
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(good_.requests[0].url,
            "http://carbon.test/regional/intensity/2026-11-22T12:01Z/2026-11-22T12:30Z/postcode/OX11");
  EXPECT_EQ(slots->front().source, "Carbon Intensity API, postcode OX11");
}

TEST_F(GridGb, OnlyAPostcodeThatTheServiceRefusesIsUnknown) {
  const auto check = [&](ScriptedHttp& http, const char* place) {
    return make_grid_gb_provider(http, clock_, "http://carbon.test", *parse_place(place), seconds(2))->check_place();
  };
  ScriptedHttp refused(
      {http_answer(400, R"({"error":{"code":"400 Bad Request","message":"Please enter a valid postcode"}})")});
  const auto unknown = check(refused, "ZZ99 9AA");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("does not know postcode ZZ99 (HTTP 400: Please enter a valid postcode)"));
  EXPECT_EQ(refused.requests[0].url, "http://carbon.test/regional/postcode/ZZ99");
  EXPECT_EQ(refused.requests[0].timeout, seconds(2));
  EXPECT_TRUE(check(refused, "London")) << "built in";
  EXPECT_EQ(refused.requests.size(), 1u);
  for (const auto& answer : {http_answer(200, "{}"), http_answer(404), http_answer(403), http_answer(429), http_answer(500),
                             http_answer(503), ScriptedHttp::Answer(base::failure("refused"))}) {
    ScriptedHttp away({answer});
    EXPECT_TRUE(check(away, "OX11")) << "a service that is away says nothing of the place";
    EXPECT_EQ(away.requests.size(), 1u) << "asked once: the run waits";
  }
}

TEST_F(GridGb, AsksForTheWholeCountry) {
  ScriptedHttp http([](const platform::HttpRequest&) {
    return http_answer(
        200, R"({"data":[{"from":"2026-11-22T11:30Z","to":"2026-11-22T12:00Z","intensity":{"forecast":1,"actual":1}},)"
             R"({"from":"2026-11-22T12:00Z","to":"2026-11-22T12:30Z","intensity":{"forecast":266,"actual":263}}]})");
  });
  const auto slots = make_grid_gb_national_provider(http, clock_, "http://carbon.test")
                         ->slots(utc("2026-11-22T12:10Z"), utc("2026-11-22T12:20Z"));
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(http.requests[0].url, "http://carbon.test/intensity/2026-11-22T12:01Z/2026-11-22T12:30Z");
  ASSERT_EQ(slots->size(), 1u);
  EXPECT_EQ(slots->front().kind, IntensityKind::actual);
  EXPECT_EQ(slots->front().source, "Carbon Intensity API, Great Britain (national)");
}

TEST_F(GridGb, KeepsToItsPatience) {
  ScriptedHttp hanging([&](const platform::HttpRequest& request) -> ScriptedHttp::Answer {
    clock_.advance(request.timeout);
    return base::failure("timed out");
  });
  const auto before = clock_.now();
  EXPECT_FALSE(make_grid_gb_provider(hanging, clock_, "http://carbon.test", *find_region("London"), seconds(3))
                   ->slots(utc("2026-11-22T12:10Z"), utc("2026-11-22T12:20Z")));
  EXPECT_LE(clock_.now() - before, seconds(3));
}

}  // namespace
}  // namespace gpubench::carbon
