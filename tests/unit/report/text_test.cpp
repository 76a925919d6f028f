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

TEST(Text, OneLineHasNoControlCharacters) {
  EXPECT_EQ(one_line("a\nb\tc\x1b[0m\x7f"), "a b c [0m ");
  EXPECT_EQ(one_line("\xC2\x9B"
                     "31m"),
            " 31m");
  EXPECT_EQ(one_line("Grüße €"), "Grüße €");
}

TEST(Text, LongLinesAreCutAtCharacters) {
  EXPECT_EQ(one_line("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(one_line("abcdefghi", 8), "abcde...");
  EXPECT_EQ(one_line("üüüüüüüüü", 8), "üüüüü...");
}

TEST(Text, BrokenUtf8IsReplacedByteByByte) {
  EXPECT_EQ(valid_utf8("a\xff"), "a\xEF\xBF\xBD");
  EXPECT_EQ(valid_utf8("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");           // cut short
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");           // longer than needed
  EXPECT_EQ(valid_utf8("\xED\xA0\x80").substr(0, 3), "\xEF\xBF\xBD");      // half a surrogate pair
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80").substr(0, 3), "\xEF\xBF\xBD");  // beyond Unicode
  EXPECT_EQ(valid_utf8("€\xF0\x9F\x98\x80\n"), "€\xF0\x9F\x98\x80\n");
}

}  // namespace
}  // namespace gpubench::report
