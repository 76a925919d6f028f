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

TEST(Text, DigitsAreThoseThatAHalfWidthAllows) {
  EXPECT_EQ(rounded(20811.43, 20.8), "20,811");
  EXPECT_EQ(rounded(20.8, 20.8), "21");
  EXPECT_EQ(rounded(1234567, 23456), "1,235,000");
  EXPECT_EQ(rounded(0.34686, 0.00035), "0.34686");
  EXPECT_EQ(rounded(-12345.678, 0.5), "-12,345.68");
  EXPECT_EQ(rounded(689.4, 41000), "690");
  EXPECT_EQ(rounded(1234.5678, 0), "1,234.57");
  EXPECT_EQ(rounded(0, 0), "0");
}

// Work goes up to 1e18 units.
TEST(Text, TheSmallestFiguresHaveDigits) {
  EXPECT_EQ(rounded(7.07e-13, 2e-15), "0.0000000000007070");
  EXPECT_EQ(rounded(2e-15, 2e-15), "0.0000000000000020");
  EXPECT_EQ(rounded(7.07e-20, 2e-22), "0.00000000000000000007070");
  EXPECT_EQ(significant(7.0712e-13), "0.0000000000007071");
  EXPECT_EQ(plain_number(7.0712e-20, 1), "0.00000000000000000007071");
}

TEST(Text, FourSignificantDigitsAndAllOfAWholePart) {
  EXPECT_EQ(significant(0.82674), "0.8267");
  EXPECT_EQ(significant(1999.74), "2,000");
  EXPECT_EQ(significant(1234567.8), "1,234,568");
  EXPECT_EQ(significant(0), "0");
}

TEST(Text, ThousandsAreGrouped) {
  EXPECT_EQ(grouped("123"), "123");
  EXPECT_EQ(grouped("-1234.5678"), "-1,234.5678");
  EXPECT_EQ(grouped("1234567"), "1,234,567");
  EXPECT_EQ(grouped("inf"), "inf");
}

}  // namespace
}  // namespace gpubench::report
