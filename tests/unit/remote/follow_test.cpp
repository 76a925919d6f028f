#include "remote/follow.h"

#include <gtest/gtest.h>

namespace gpubench::remote {
namespace {

TEST(FollowReader, PartsTheStreamsAndCountsThem) {
  const std::string frames = "O 5\nab\ncd.\nE 3\nwhyO 1\n!.\nX 7\n";
  for (std::size_t piece = 1; piece < frames.size(); ++piece) {
    std::string output;
    std::string errors;
    int signs = 0;
    const Listener listener{[&](std::string_view bytes) { output += bytes; },
                            [&](std::string_view bytes) { errors += bytes; }, [&] { ++signs; }};
    Progress progress{10, 20};
    FollowReader reader(progress, listener);
    for (std::size_t at = 0; at < frames.size(); at += piece) reader.take(std::string_view(frames).substr(at, piece));
    EXPECT_EQ(output, "ab\ncd!");
    EXPECT_EQ(errors, "why");
    EXPECT_EQ(progress.output, 16U);
    EXPECT_EQ(progress.errors, 23U);
    EXPECT_GT(signs, 0);
    ASSERT_TRUE(reader.end());
    EXPECT_EQ(reader.end()->code, 7);
  }
}

TEST(FollowReader, AProgramThatIsGoneHasNoCode) {
  const Listener listener{[](std::string_view) {}, [](std::string_view) {}, [] {}};
  Progress progress;
  FollowReader reader(progress, listener);
  reader.take(".\n");
  EXPECT_FALSE(reader.end());
  reader.take("X gone\n");
  ASSERT_TRUE(reader.end());
  EXPECT_FALSE(reader.end()->code);
}

}  // namespace
}  // namespace gpubench::remote
