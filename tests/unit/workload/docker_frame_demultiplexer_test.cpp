#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "support/docker_frame.h"
#include "workload/docker/engine/frame_demultiplexer.h"

namespace gpubench::workload {
namespace {

using support::docker_frame;
using testing::HasSubstr;

struct Taken {
  std::string out;
  std::string err;
  std::string failure;  // "" if all was well
};

// Feeds the pieces [0, first), [first, second), [second, end).
Taken take(const std::string& bytes, std::size_t first, std::size_t second,
           FrameDemultiplexer::Framing framing = FrameDemultiplexer::Framing::frames) {
  Taken taken;
  FrameDemultiplexer demultiplexer(framing, [&](LogStream stream, std::string_view payload) {
    (stream == LogStream::err ? taken.err : taken.out).append(payload);
  });
  const std::string_view view(bytes);
  for (const std::string_view piece : {view.substr(0, first), view.substr(first, second - first), view.substr(second)}) {
    if (const auto fed = demultiplexer.feed(piece); !fed) taken.failure = fed.error().message;
  }
  if (const auto finished = demultiplexer.finish(); !finished) taken.failure = finished.error().message;
  return taken;
}
Taken take(const std::string& bytes) {
  return take(bytes, bytes.size(), bytes.size());
}

const std::string kConversation = docker_frame(1, "first\n") + docker_frame(2, "warning\n") + docker_frame(1, "") +
                                  docker_frame(1, std::string("\0\x01\x02", 3)) + docker_frame(0, "echoed\n") +
                                  docker_frame(2, "end");

TEST(FrameDemultiplexer, AnySplitGivesTheSame) {
  for (std::size_t first = 0; first <= kConversation.size(); ++first) {
    for (std::size_t second = first; second <= kConversation.size(); ++second) {
      const Taken taken = take(kConversation, first, second);
      ASSERT_EQ(taken.out, std::string("first\n\0\x01\x02", 9) + "echoed\n") << first << " " << second;
      ASSERT_EQ(taken.err, "warning\nend");
      ASSERT_EQ(taken.failure, "");
    }
  }
}

TEST(FrameDemultiplexer, CutAnywhereIsReportedUnlessBetweenFrames) {
  const std::string bytes = docker_frame(1, "abc") + docker_frame(2, "de");
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const Taken taken = take(bytes.substr(0, size));
    const bool between = size == 0 || size == 11 || size == bytes.size();
    EXPECT_EQ(taken.failure.empty(), between) << size;
    EXPECT_EQ(taken.out, std::string("abc").substr(0, size < 8 ? 0 : size - 8));
  }
}

TEST(FrameDemultiplexer, CutPayloadSaysHowMuchIsMissing) {
  EXPECT_THAT(take(docker_frame(1, "abcdef").substr(0, 10)).failure, HasSubstr("4 bytes before the end of a frame"));
}

TEST(FrameDemultiplexer, EveryUnknownTypeIsAnError) {
  for (int type = 4; type < 256; ++type) {
    const Taken taken = take(docker_frame(1, "good") + docker_frame(type, "bad"));
    EXPECT_EQ(taken.out, "good");
    EXPECT_THAT(taken.failure, HasSubstr("unknown type " + std::to_string(type)));
  }
}

TEST(FrameDemultiplexer, NonZeroPaddingIsAnError) {
  for (std::size_t at = 1; at < 4; ++at) {
    std::string bytes = docker_frame(1, "x");
    bytes[at] = 1;
    EXPECT_NE(take(bytes).failure, "");
  }
}

TEST(FrameDemultiplexer, TextInsteadOfFramesIsAnError) {
  EXPECT_NE(take("Error attaching: no such container").failure, "");
}

TEST(FrameDemultiplexer, EngineErrorIsReportedInItsWords) {
  const Taken taken = take(docker_frame(1, "before") + docker_frame(3, "disk full") + docker_frame(1, "after"));
  EXPECT_EQ(taken.out, "before");
  EXPECT_EQ(taken.failure, "the engine reported: disk full");
}

TEST(FrameDemultiplexer, LongEngineErrorIsCut) {
  EXPECT_LT(take(docker_frame(3, std::string(100000, 'x'))).failure.size(), 5000U);
}

TEST(FrameDemultiplexer, HugeLengthTakesNoMemory) {
  std::string bytes{1, 0, 0, 0, '\xff', '\xff', '\xff', '\xff'};
  const Taken taken = take(bytes + "abc");
  EXPECT_EQ(taken.out, "abc");
  EXPECT_THAT(taken.failure, HasSubstr("4294967292 bytes"));
}

TEST(FrameDemultiplexer, NothingIsTakenAfterAnError) {
  std::string out;
  FrameDemultiplexer demultiplexer(FrameDemultiplexer::Framing::frames,
                                   [&](LogStream, std::string_view bytes) { out.append(bytes); });
  EXPECT_FALSE(demultiplexer.feed(docker_frame(9, "")));
  EXPECT_FALSE(demultiplexer.feed(docker_frame(1, "late")));
  EXPECT_FALSE(demultiplexer.finish());
  EXPECT_EQ(out, "");
}

TEST(FrameDemultiplexer, RawIsPassedAsItIs) {
  const Taken taken = take(kConversation, 3, 9, FrameDemultiplexer::Framing::raw);
  EXPECT_EQ(taken.out, kConversation);
  EXPECT_EQ(taken.failure, "");
}

}  // namespace
}  // namespace gpubench::workload
