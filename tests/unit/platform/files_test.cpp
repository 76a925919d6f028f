#include "platform/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>

namespace gpubench::platform {
namespace {

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "gpubench-files-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(directory_), std::filesystem::directory_iterator());
  }
  static std::string content(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  std::filesystem::path directory_;
};

TEST_F(Files, WritesWholeFileWithPlainMode) {
  const auto path = directory_ / "a.txt";
  const std::string bytes("line\n\0byte", 10);
  ASSERT_TRUE(write_file_atomically(path, bytes));
  EXPECT_EQ(content(path), bytes);
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0644U);
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, TheUmaskHolds) {
  const mode_t before = umask(077);
  ASSERT_TRUE(write_file_atomically(directory_ / "a.txt", "x"));
  umask(before);
  struct stat status{};
  ASSERT_EQ(stat((directory_ / "a.txt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(Files, WhatKilledWritersLeftIsRemovedLater) {
  const auto old = directory_ / ".a.txt.0123456789ab";
  const auto young = directory_ / ".a.txt.0123456789ac";
  const auto other = directory_ / ".b.txt.0123456789ab";
  for (const auto& path : {old, young, other}) std::ofstream(path) << "half";
  for (const auto& path : {old, other})
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  ASSERT_TRUE(write_file_atomically(directory_ / "a.txt", "x"));
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(young)) << "its writer may be at work";
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST_F(Files, ReplacesAnEarlierFile) {
  const auto path = directory_ / "a.txt";
  ASSERT_TRUE(write_file_atomically(path, "long earlier text"));
  ASSERT_TRUE(write_file_atomically(path, "new"));
  EXPECT_EQ(content(path), "new");
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, ErrorNamesPathAndReason) {
  const auto path = directory_ / "missing" / "a.txt";
  const auto result = write_file_atomically(path, "x");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find(path.string()), std::string::npos);
  EXPECT_NE(result.error().message.find("No such file or directory"), std::string::npos);
}

TEST_F(Files, LeavesNothingBehindWhenTheNameIsTaken) {
  const auto path = directory_ / "taken";
  std::filesystem::create_directory(path);
  EXPECT_FALSE(write_file_atomically(path, "x"));
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, StreamsMoreThanItsBuffer) {
  const auto path = directory_ / "large.txt";
  ASSERT_TRUE(stream_file_atomically(path, [](std::ostream& out) {
    for (int i = 0; i < 20000; ++i) out << "0123456789" << 1.5 << '\n';
  }));
  const std::string text = content(path);
  EXPECT_EQ(text.size(), 20000U * 14U);
  EXPECT_EQ(text.substr(text.size() - 14), "01234567891.5\n");
}

TEST_F(Files, AThrowingWriterKeepsTheEarlierFile) {
  const auto path = directory_ / "a.txt";
  ASSERT_TRUE(write_file_atomically(path, "earlier"));
  EXPECT_THROW((void)stream_file_atomically(path,
                                            [](std::ostream& out) {
                                              out << "half";
                                              throw std::runtime_error("writer failed");
                                            }),
               std::runtime_error);
  EXPECT_EQ(content(path), "earlier");
  EXPECT_EQ(entries(), 1);
}

TEST(Descriptor, OneThatIsOpenIsTakenAndChildrenDoNotGetIt) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const auto taken = take_descriptor(std::to_string(ends[1]));
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, ends[1]);
  EXPECT_EQ(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
  write_line_and_close(ends[1], "results/run");
  std::array<char, 64> text{};
  EXPECT_EQ(read(ends[0], text.data(), text.size()), 12);
  EXPECT_EQ(std::string(text.data()), "results/run\n");
  EXPECT_EQ(read(ends[0], text.data(), text.size()), 0) << "it is closed";
  close(ends[0]);
}

TEST(Descriptor, WhatIsNotOpenOrIsTheTerminalsIsRefused) {
  for (const char* text : {"", "x", "3x", "-1", "0", "2", "999999"}) EXPECT_FALSE(take_descriptor(text)) << text;
}

// Each opening counts as a process of its own to flock(2).
class FileLock : public Files {
 protected:
  [[nodiscard]] int opened() const { return open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }
};

TEST_F(FileLock, IsOnesOnlyUntilItIsClosed) {
  const int first = opened();
  const int second = opened();
  EXPECT_FALSE(is_locked_elsewhere(second));
  EXPECT_TRUE(lock_for_use(first));
  EXPECT_TRUE(is_locked_elsewhere(second));
  EXPECT_FALSE(lock_for_use(second));
  close(first);
  EXPECT_FALSE(is_locked_elsewhere(second));
  EXPECT_TRUE(lock_for_use(second));
  close(second);
}

// `list` looks at runs and sets while others begin: a look in the moment of a lock must not leave a run without it.
TEST_F(FileLock, IsHadDespiteThoseWhoLook) {
  std::atomic<bool> over{false};
  std::thread looker([&] {
    while (!over) {
      const int looking = opened();
      static_cast<void>(is_locked_elsewhere(looking));
      close(looking);
    }
  });
  int missed = 0;
  for (int i = 0; i < 2000; ++i) {
    const int ours = opened();
    if (!lock_for_use(ours)) ++missed;
    close(ours);
  }
  over = true;
  looker.join();
  EXPECT_EQ(missed, 0);
}

// No descriptor stands for a file system without locks: both are refused for another reason than that the file is in use.
TEST_F(FileLock, KeepsNobodyOutWhereThereAreNoLocks) {
  EXPECT_TRUE(lock_for_use(-1));
  EXPECT_FALSE(is_locked_elsewhere(-1));
}

}  // namespace
}  // namespace gpubench::platform
