#include "series/journal/journal_format.h"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>

#include "series/journal/crc32c.h"
#include "series/journal/record_buffer.h"

namespace gpubench::series {
namespace {

namespace jf = journal_format;

TEST(Crc32c, KnownValues) {
  const std::string digits = "123456789";
  EXPECT_EQ(crc32c(std::as_bytes(std::span(digits))), 0xE3069283U);
  const std::string zeros(32, '\0');
  EXPECT_EQ(crc32c(std::as_bytes(std::span(zeros))), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::as_bytes(std::span(digits)).subspan(4), crc32c(std::as_bytes(std::span(digits)).first(4))),
            0xE3069283U);
}

TEST(RecordBuffer, RefusesWhatWouldNotFitAndKeepsTheNumbering) {
  RecordBuffer buffer(200);
  const std::array<std::byte, 16> entry{};
  int taken = 0;
  while (buffer.add(jf::Kind::power, 0, entry)) ++taken;
  EXPECT_GT(taken, 5);
  EXPECT_FALSE(buffer.add_note(std::string(300, 'x')));
  RecordBatch batch;
  buffer.take(batch);
  EXPECT_EQ(batch.first_seq, 0U);
  EXPECT_TRUE(buffer.empty());
  EXPECT_TRUE(buffer.add(jf::Kind::power, 0, entry));
  buffer.take(batch);
  EXPECT_EQ(batch.first_seq, 1U);
}

}  // namespace
}  // namespace gpubench::series
