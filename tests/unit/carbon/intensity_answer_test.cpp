#include "carbon/grid_gb/intensity_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/places/places.h"

namespace gpubench::carbon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string recorded(const std::string& name) {
  const std::ifstream file(support::test_file(name));
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// "12:00 266" for each slot.
std::vector<std::string> found_in(const std::string& name) {
  const auto slots = parse_intensity_answer(recorded(name), 12);
  if (!slots) return {slots.error().message};
  std::vector<std::string> lines;
  for (const IntensitySlot& slot : *slots) {
    EXPECT_EQ(slot.to - slot.from, std::chrono::minutes(30));
    std::ostringstream line;
    line << api_time_text(slot.from).substr(11, 5) << ' ' << slot.intensity.grams_per_kilowatt_hour();
    lines.push_back(line.str());
  }
  return lines;
}

std::string error_of(const std::string& body, int region = 12) {
  const auto slots = parse_intensity_answer(body, region);
  return slots ? "no error" : slots.error().message;
}

TEST(IntensityAnswer, DataMayBeAnObjectOrAnArray) {
  EXPECT_THAT(found_in("object.json"), ElementsAre("12:00 266", "12:30 120"));
  EXPECT_THAT(found_in("array.json"), ElementsAre("12:00 266", "12:30 120"));
}

TEST(IntensityAnswer, KeepsAllPeriodsItIsGiven) {
  EXPECT_THAT(found_in("extra_periods.json"), ElementsAre("11:30 300", "12:00 266", "12:30 120", "13:00 90"));
}

TEST(IntensityAnswer, OfTwoValuesForOneHalfHourTheHigherWins) {
  EXPECT_THAT(found_in("duplicate.json"), ElementsAre("12:00 281", "12:30 120"));
  EXPECT_THAT(found_in("duplicate_unsorted.json"), ElementsAre("12:00 281", "12:30 120"));
}

TEST(IntensityAnswer, LeavesOutUnusablePeriods) {
  EXPECT_THAT(found_in("null_intensity.json"), ElementsAre("12:30 120"));
  EXPECT_THAT(found_in("bad_values.json"), ElementsAre("05:00 0", "05:30 2000", "06:00 97.5"));
}

TEST(IntensityAnswer, NamesWhatCameInstead) {
  EXPECT_THAT(found_in("all_null.json"), ElementsAre("none of 1 half-hours in the answer has a usable forecast"));
  EXPECT_THAT(found_in("empty_object.json"), ElementsAre(HasSubstr("no half-hours in the answer: {}")));
  EXPECT_THAT(found_in("empty_list.json"), ElementsAre(HasSubstr("no half-hours in the answer: {\"data\":[]}")));
  EXPECT_THAT(found_in("empty_region.json"),
              ElementsAre(HasSubstr("no half-hours in the answer: {\"data\":{\"regionid\":12")));
  EXPECT_THAT(found_in("null_data.json"), ElementsAre(HasSubstr("no half-hours in the answer")));
  EXPECT_THAT(found_in("top_level_list.json"), ElementsAre(HasSubstr("no half-hours in the answer: []")));
  EXPECT_THAT(found_in("empty_body.json"), ElementsAre("the answer is empty"));
  EXPECT_THAT(found_in("error400.json"),
              ElementsAre("the service answered with an error: Please enter a valid region ID 1-17"));
  EXPECT_THAT(found_in("error500.json"), ElementsAre("the service answered with an error: Requested resource not found."));
  EXPECT_THAT(found_in("page.html"), ElementsAre(HasSubstr("the answer is not JSON: <!DOCTYPE html>")));
  EXPECT_THAT(found_in("cut.json"), ElementsAre(HasSubstr("the answer is not JSON")));
  EXPECT_THAT(found_in("other_region.json"), ElementsAre(HasSubstr("about another region")));
}

TEST(IntensityAnswer, AnErrorIsOneLineOfPrintableText) {
  const std::string message = error_of("\x1b]0;title\x07\n\xff\xfe" + std::string(10000, 'x'));
  EXPECT_LT(message.size(), 150u);
  for (const char letter : message) EXPECT_TRUE(letter >= ' ' && letter <= '~');
}

TEST(IntensityAnswer, SurvivesDeepNesting) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  for (const std::string& answer : {deep, "{\"error\":" + deep + "}", "{\"data\":" + deep + "}"})
    EXPECT_THAT(error_of(answer), HasSubstr("not JSON"));
  const std::string odd = std::string(50, '[') + std::string(50, ']');
  EXPECT_THAT(error_of("{\"error\":" + odd + "}"), HasSubstr("answered with an error"));
  EXPECT_THAT(error_of("{\"data\":" + odd + "}"), HasSubstr("no half-hours"));
}

TEST(IntensityAnswer, RegionIdOfAnotherTypeIsAnotherRegion) {
  for (const char* id : {"\"12\"", "null", "12.5", "1e300", "99999999999999999999"}) {
    EXPECT_THAT(error_of("{\"data\":{\"regionid\":" + std::string(id) + ",\"data\":[]}}"), HasSubstr("another region"))
        << id;
  }
}

TEST(ApiTime, RoundTrip) {
  for (const char* text : {"1970-01-01T00:00Z", "2024-02-29T23:59Z", "2026-12-31T23:30Z", "2027-01-01T00:00Z"}) {
    const auto time = parse_api_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(api_time_text(*time), text);
  }
}

TEST(ApiTime, TakesNothingElse) {
  for (const char* text :
       {"", "2026-11-22", "2026-11-22T12:00", "2026-11-22T12:00:00Z", "2026-11-22 12:00Z", "2026-02-29T12:00Z",
        "2026-13-01T12:00Z", "2026-00-01T12:00Z", "2026-11-00T12:00Z", "2026-11-22T24:00Z", "2026-11-22T12:60Z",
        "-026-11-22T12:00Z", "2026-+1-22T12:00Z", "2026--1-22T12:00Z", "9999-11-22T12:00Z", "20a6-11-22T12:00Z",
        "2026-11-22T12:00z", "2026-11-22T 2:00Z"}) {
    EXPECT_FALSE(parse_api_time(text)) << text;
  }
}

TEST(ParseNationalAnswer, TakesTheActualValueWhereThereIsOne) {
  const auto slots = parse_national_answer(
      R"({"data":[{"from":"2018-01-20T12:00Z","to":"2018-01-20T12:30Z","intensity":{"forecast":266,"actual":263,"index":"moderate"}},)"
      R"({"from":"2018-01-20T12:30Z","to":"2018-01-20T13:00Z","intensity":{"forecast":250,"actual":null,"index":"moderate"}},)"
      R"({"from":"2018-01-20T13:00Z","to":"2018-01-20T13:30Z","intensity":{"forecast":null,"actual":null}}]})");
  ASSERT_TRUE(slots) << slots.error().message;
  ASSERT_EQ(slots->size(), 2u);
  EXPECT_EQ((*slots)[0].intensity.grams_per_kilowatt_hour(), 263);
  EXPECT_EQ((*slots)[0].kind, IntensityKind::actual);
  EXPECT_EQ((*slots)[1].intensity.grams_per_kilowatt_hour(), 250);
  EXPECT_EQ((*slots)[1].kind, IntensityKind::forecast);
}

TEST(ParseNationalAnswer, OfAPeriodToldTwiceTheActualOneStays) {
  const auto slots = parse_national_answer(
      R"({"data":[{"from":"2018-01-20T12:00Z","to":"2018-01-20T12:30Z","intensity":{"forecast":300}},)"
      R"({"from":"2018-01-20T12:00Z","to":"2018-01-20T12:30Z","intensity":{"forecast":266,"actual":263}}]})");
  ASSERT_TRUE(slots);
  ASSERT_EQ(slots->size(), 1u);
  EXPECT_EQ(slots->front().kind, IntensityKind::actual);
}

TEST(ParseNationalAnswer, RefusesWhatIsNone) {
  for (const char* body : {"", "{}", "[]", "{\"data\":[]}", "{\"data\":null}", "<html>", "{\"data\":[{}]}", "{\"data\":7}",
                           R"({"error":{"code":"500","message":"Requested resource not found."}})"})
    EXPECT_FALSE(parse_national_answer(body)) << body;
}

TEST(ParseIntensityAnswer, OfAPostcodeMayBeOfAnyRegion) {
  const char* body =
      R"({"data":{"regionid":12,"postcode":"OX11","data":[{"from":"2018-01-20T12:00Z","to":"2018-01-20T12:30Z",)"
      R"("intensity":{"forecast":266}}]}})";
  EXPECT_TRUE(parse_intensity_answer(body, std::nullopt));
  EXPECT_FALSE(parse_intensity_answer(body, 13));
}

}  // namespace
}  // namespace gpubench::carbon
