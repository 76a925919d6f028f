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

TEST(FitText, CellsGetLinesAndTextIsBroken) {
  TextTable table({"Metric", "Value"});
  table.add_row({"Source of GPU Figures", "NVML 12, driver 550.54 ± nothing at all"});
  table.add_row({"a | b", "x"});
  const std::string text = "Title\n\n" + table.text() + "- A line that is longer than the terminal is broken.\n";
  EXPECT_EQ(fit_text(text, 40),
            "Title\n\n"
            "+------------------+-------------------+\n"
            "| Metric           | Value             |\n"
            "+==================+===================+\n"
            "| Source of GPU    | NVML 12, driver   |\n"
            "| Figures          | 550.54 ± nothing  |\n"
            "|                  | at all            |\n"
            "+------------------+-------------------+\n"
            "| a | b            | x                 |\n"
            "+------------------+-------------------+\n"
            "- A line that is longer than the\n"
            "  terminal is broken.\n");
  EXPECT_EQ(fit_text(text, 200), text);
}

TEST(FitText, NumbersStayOnTheRightAndLongWordsAreBroken) {
  TextTable table({"name", "t"}, Align::right);
  table.add_row({"20261128t230027-776642390z-sh", "61"});
  EXPECT_EQ(fit_text(table.text(), 26),
            "+-------------------+----+\n"
            "|              name |  t |\n"
            "+===================+====+\n"
            "| 20261128t230027-7 | 61 |\n"
            "| 76642390z-sh      |    |\n"
            "+-------------------+----+\n");
}

TEST(FitText, ATableWithTooManyColumnsStaysAsItIs) {
  TextTable table(std::vector<std::string>(20, "column"));
  EXPECT_EQ(fit_text(table.text(), 80), table.text());
}

TEST(FitText, AnItemOfSeveralLinesIsBrokenAsOne) {
  const std::string text = "Findings\n\n- one two three four\n  five six\n- seven\n";
  EXPECT_EQ(fit_text(text, 80), text);
  EXPECT_EQ(fit_text(text, 16), "Findings\n\n- one two three\n  four five six\n- seven\n");
}

}  // namespace
}  // namespace gpubench::base
