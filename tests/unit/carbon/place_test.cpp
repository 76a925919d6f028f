#include "carbon/place.h"

#include <gtest/gtest.h>

namespace gpubench::carbon {
namespace {

TEST(ParsePlace, TakesNameNumberAndPostcode) {
  EXPECT_EQ(std::get<Region>(*parse_place("south england")).id, 12);
  EXPECT_EQ(std::get<Region>(*parse_place("North Wales")).id, 6);
  EXPECT_EQ(std::get<Region>(*parse_place("North Wales & Merseyside")).id, 6);
  EXPECT_EQ(std::get<Region>(*parse_place("13")).name, "London");
  EXPECT_EQ(std::get<Region>(*parse_place(" 18 ")).name, "GB");
  EXPECT_EQ(std::get<Postcode>(*parse_place("OX11")).outward, "OX11");
}

TEST(ParsePlace, OnlyTheOutwardCodeOfAPostcodeIsKept) {
  for (const char* text : {"OX11 0QX", "ox11 0qx", "OX110QX", " ox11  0QX "})
    EXPECT_EQ(std::get<Postcode>(*parse_place(text)).outward, "OX11") << text;
  EXPECT_EQ(std::get<Postcode>(*parse_place("EC1A 1BB")).outward, "EC1A");
  EXPECT_EQ(std::get<Postcode>(*parse_place("W1A 0AX")).outward, "W1A");
  EXPECT_EQ(std::get<Postcode>(*parse_place("m1 1ae")).outward, "M1");
  EXPECT_EQ(std::get<Postcode>(*parse_place("B33")).outward, "B33");
}

TEST(ParsePlace, RefusesTheRestAndSaysWhatThereIs) {
  for (const char* text :
       {"0", "19", "-1", "012", "Atlantis", "", "OX", "OX111", "OX11 0Q", "OX11/../x", "1OX", "OX11 QQX", "ÖX11"}) {
    const auto place = parse_place(text);
    ASSERT_FALSE(place) << text;
    EXPECT_NE(place.error().remedy.find("South England"), std::string::npos);
    EXPECT_NE(place.error().remedy.find("postcode"), std::string::npos);
  }
}

// A fallback for Great Britain would be another grid's figure there.
TEST(ParsePlace, RefusesPostcodesThatAreNotOnTheGridOfGreatBritain) {
  for (const char* text : {"BT1", "bt1 1aa", "BT99", "JE2", "JE2 3QA", "GY1", "IM1", "IM99 1AA"}) {
    const auto place = parse_place(text);
    ASSERT_FALSE(place) << text;
    EXPECT_NE(place.error().message.find("not on the grid of Great Britain"), std::string::npos) << place.error().message;
    EXPECT_NE(place.error().remedy.find("--carbon-source"), std::string::npos);
  }
  for (const char* text : {"B1", "BB1", "G1", "GL1", "IG1", "IP1", "E1", "TR21"}) EXPECT_TRUE(parse_place(text)) << text;
}

TEST(PlaceText, NamesIt) {
  EXPECT_EQ(place_text(*parse_place("12")), "South England (region 12)");
  EXPECT_EQ(place_text(*parse_place("ox11 0qx")), "postcode OX11");
}

}  // namespace
}  // namespace gpubench::carbon
