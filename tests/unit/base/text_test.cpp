#include "base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace gpubench::base {
namespace {

TEST(Text, WordsAreJoined) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({"a"}), "a");
  EXPECT_EQ(joined({"", "a", "b c"}, ", "), ", a, b c");
}

TEST(Text, ItemsAreAddedWhereThereAreAny) {
  std::string list;
  add_item(list, "one");
  add_item(list, "");
  add_item(list, "two");
  EXPECT_EQ(list, "one; two");
}

TEST(Text, BlanksAroundAreTrimmed) {
  EXPECT_EQ(trimmed("\t a b \r\n"), "a b");
  EXPECT_EQ(trimmed(" \n "), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Text, AnExcerptIsPrintableAndSaysThatMoreCame) {
  EXPECT_EQ(excerpt("<html>\n\x1b[2J\xff"), "<html>  [2J");
  EXPECT_EQ(excerpt("0123456789", 10), "0123456789");
  EXPECT_EQ(excerpt("0123456789", 4), "0123...");
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
  EXPECT_EQ(valid_utf8(std::string("a\0b", 3)), std::string("a\0b", 3));
}

TEST(Text, ColumnsAreThoseOfATerminal) {
  EXPECT_EQ(columns_of("watt"), 4);
  EXPECT_EQ(columns_of("e\u0301"), 1);           // a combining accent
  EXPECT_EQ(columns_of("\u6e29\u5ea6"), 4);      // wide
  EXPECT_EQ(columns_of("\U0001F600\uFE0F"), 2);  // an emoji and its variation selector
  EXPECT_EQ(columns_of("▁█─·°±\uFFFD"), 7);
}

TEST(Text, WhatATerminalMustNotBeSent) {
  for (const char32_t character :
       {U'\0', U'\x1b', U'\x7f', U'\u009b', U'\u200b', U'\u202e', U'\u2028', U'\u2066', U'\U000E0FFF'})
    EXPECT_TRUE(is_unsafe_on_terminal(character)) << static_cast<unsigned>(character);
  for (const char32_t character : {U' ', U'a', U'\u00e9', U'\u2588', U'\ufffd', U'\U0001F600', U'\ue0b0'})
    EXPECT_FALSE(is_unsafe_on_terminal(character)) << static_cast<unsigned>(character);
}

}  // namespace
}  // namespace gpubench::base
