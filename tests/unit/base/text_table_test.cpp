#include "base/text_table.h"

#include <gtest/gtest.h>

namespace gpubench::base {
namespace {

TEST(TextTable, LeftAligned) {
  TextTable table({"Metric", "Value"});
  table.add_row({"Average Power (W)", "693.1"});
  EXPECT_EQ(table.text(),
            "+-------------------+-------+\n"
            "| Metric            | Value |\n"
            "+===================+=======+\n"
            "| Average Power (W) | 693.1 |\n"
            "+-------------------+-------+\n");
}

TEST(TextTable, RightAlignedAndNonAscii) {
  TextTable table({"t (°C)"}, Align::right);
  table.add_row({"61"});
  EXPECT_EQ(table.text(),
            "+--------+\n"
            "| t (°C) |\n"
            "+========+\n"
            "|     61 |\n"
            "+--------+\n");
}

}  // namespace
}  // namespace gpubench::base
