#include "live/log_lines.h"

#include <gtest/gtest.h>

namespace gpubench::live {
namespace {

using Lines = std::vector<std::string>;

TEST(LogLines, WholeLinesComeOutHoweverTheyAreCut) {
  LogLines log;
  EXPECT_EQ(log.feed("one\ntw"), Lines{"one"});
  EXPECT_EQ(log.current(), "tw");
  EXPECT_EQ(log.feed("o\n\n"), (Lines{"two", ""}));
  EXPECT_EQ(log.feed("rest"), Lines{});
  EXPECT_EQ(log.finish(), "rest");
  EXPECT_EQ(log.finish(), "");
}

TEST(LogLines, CarriageReturnMovesOneLine) {
  LogLines log;
  EXPECT_EQ(log.feed("Epoch 0:  1%\rEpoch 0:  2%\r"), Lines{});
  EXPECT_EQ(log.current(), "Epoch 0:  2%");
  EXPECT_EQ(log.feed("Epoch 0: 100%\r\nnext\r\n"), (Lines{"Epoch 0: 100%", "next"}));
}

TEST(LogLines, EscapesAreMadeVisible) {
  LogLines log;
  EXPECT_EQ(log.feed("\033]52;c;ZWNobw==\007 \x7f\tend\n"), Lines{"^[]52;c;ZWNobw==^G ^?    end"});
  EXPECT_EQ(log.feed("C1 \xC2\x9B"
                     "31m\n"),
            Lines{"C1 ^["
                  "31m"});
  EXPECT_EQ(log.feed("4%|\xE2\x96\x8D|\n"), Lines{"4%|\xE2\x96\x8D|"});
}

TEST(LogLines, ALineWithoutEndIsCut) {
  LogLines log;
  EXPECT_EQ(log.feed(std::string(10000, 'x')).size(), 2U);
  EXPECT_EQ(log.current().size(), 10000U - 2 * 4096);
}

}  // namespace
}  // namespace gpubench::live
