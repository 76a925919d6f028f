#include "exporting/remote_write/write_message.h"

#include <gtest/gtest.h>

namespace gpubench::exporting {
namespace {

// Worked out by hand from prometheus/prompb/remote.proto and types.proto.
TEST(WriteMessage, HasTheBytesOfTheSpecification) {
  const std::vector<Series> series{make_series("up", {{"job", "x"}})};
  const std::vector<Sample> samples{{0, 300, 1.5, {}}};
  const std::string wanted(
      "\x0a\x29"                                      // timeseries, 41 bytes
      "\x0a\x0e\x0a\x08__name__\x12\x02up"            // label
      "\x0a\x08\x0a\x03job\x12\x01x"                  // label
      "\x12\x0c\x09\x00\x00\x00\x00\x00\x00\xf8\x3f"  // sample: 1.5
      "\x10\xac\x02",                                 // at 300
      43);
  const std::string message = write_message(samples, series);
  EXPECT_EQ(message.size(), 42U);
  EXPECT_EQ(message.substr(2), wanted.substr(2, message.size() - 2));
  EXPECT_EQ(static_cast<unsigned char>(message[1]), message.size() - 2);
}

TEST(WriteMessage, TheEndOfASeriesIsTheNumberThatReceiversKnow) {
  const std::vector<Series> series{make_series("a", {})};
  const std::vector<Sample> samples{{0, 1, end_of_series(), {}}};
  EXPECT_NE(write_message(samples, series).find(std::string("\x09\x02\0\0\0\0\0\xf0\x7f", 9)), std::string::npos);
}

TEST(WriteMessage, OneTimeSeriesForEachSeries) {
  const std::vector<Series> series{make_series("a", {}), make_series("b", {})};
  const std::vector<Sample> samples{{0, 1, 1, {}}, {0, 2, 1, {}}, {1, 1, 1, {}}};
  const std::string both = write_message(samples, series);
  const std::string first = write_message({samples.data(), 2}, series);
  const std::string second = write_message({samples.data() + 2, 1}, series);
  EXPECT_EQ(both, first + second);
  EXPECT_EQ(write_message({}, series), "");
}

}  // namespace
}  // namespace gpubench::exporting
