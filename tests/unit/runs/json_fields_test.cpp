#include "runs/json_fields.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace gpubench::runs {
namespace {

using Json = nlohmann::json;

TEST(WholeNumber, OnlyWhatFits) {
  EXPECT_EQ(whole<int>(Json(-3)), -3);
  EXPECT_EQ(whole<std::int64_t>(Json(INT64_MIN)), INT64_MIN);
  EXPECT_EQ(whole<std::uint64_t>(Json(UINT64_MAX)), UINT64_MAX);
  EXPECT_EQ(whole<std::uint8_t>(Json(255)), 255);
  for (const char* text : {"2.5e21", "1.5", "-1", "256", "\"1\"", "null", "[]", "true"})
    EXPECT_THROW(static_cast<void>(whole<std::uint8_t>(Json::parse(text))), std::range_error) << text;
  EXPECT_THROW(static_cast<void>(whole<int>(Json(2147483648LL))), std::range_error);
  EXPECT_THROW(static_cast<void>(whole<std::int64_t>(Json(UINT64_MAX))), std::range_error);
}

}  // namespace
}  // namespace gpubench::runs
