#include "report/text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace gpubench::report {
namespace {

TEST(Text, ExactNumbersReadBackTheSame) {
  for (const double value : {0.1, 1.0 / 3, 250.0, 1e-7, 1e300, -2.5e-9, 123456789.123456789, 0.0})
    EXPECT_EQ(std::strtod(exact_number(value).c_str(), nullptr), value);
  EXPECT_EQ(exact_number(250), "250.0");
  EXPECT_EQ(exact_number(1e-7), "1.0e-07");
}

TEST(Text, ShortNumbersAreTheSeeds) {
  EXPECT_EQ(short_number(143, 5), "143.0");
  EXPECT_EQ(short_number(245.627, 3), "245.627");
  EXPECT_EQ(short_number(0.00993, 5), "0.00993");
  EXPECT_EQ(short_number(1.4196, 5), "1.4196");
  EXPECT_EQ(short_number(167.429621, 5), "167.42962");
  EXPECT_EQ(short_number(0, 5), "0.0");
}

TEST(Text, SmallIsNotZero) {
  EXPECT_EQ(short_number(3 / 3.6e6, 5), "0.0000008333");
  EXPECT_EQ(short_number(-3 / 3.6e6, 5), "-0.0000008333");
}

TEST(Text, PlainNumbers) {
  EXPECT_EQ(plain_number(250, 1), "250");
  EXPECT_EQ(plain_number(57 / 100.0 * 100, 5), "57");
  EXPECT_EQ(plain_number(-0.0, 3), "0");
}

}  // namespace
}  // namespace gpubench::report
