#include "platform/regular_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace gpubench::platform {
namespace {

class RegularFileTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("gpubench-regular-" + std::to_string(getpid()));
};

TEST_F(RegularFileTest, AnOrdinaryFileIsReadInPartsAndAsAWhole) {
  std::ofstream(folder_ / "file") << "0123456789";
  EXPECT_EQ(read_regular_file(folder_ / "file", 10), "0123456789");
  const auto file = RegularFile::open(folder_ / "file");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size(), 10U);
  EXPECT_EQ(file->read(3, 4), "3456");
  EXPECT_EQ(file->read(8, 100), "89");
  EXPECT_EQ(file->read(100, 100), "");
}

TEST_F(RegularFileTest, WhatIsNoOrdinaryFileOrTooLargeIsNotRead) {
  std::ofstream(folder_ / "secret") << "secret";
  std::filesystem::create_symlink(folder_ / "secret", folder_ / "link");
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  for (const char* name : {"link", "pipe", "missing", "."}) EXPECT_FALSE(read_regular_file(folder_ / name, 100)) << name;
  EXPECT_FALSE(read_regular_file("/dev/zero", 100));
  EXPECT_FALSE(read_regular_file(folder_ / "secret", 5)) << "too large";
}

TEST_F(RegularFileTest, AFileThatTheUserNamesMayBeALinkAndElseIsExplained) {
  std::ofstream(folder_ / "file") << "text";
  std::filesystem::create_symlink(folder_ / "file", folder_ / "link");
  EXPECT_EQ(read_named_file(folder_ / "link", 100).value(), "text");
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(read_named_file(folder_ / "pipe", 100).error().message.ends_with("it is a pipe or a device"));
  EXPECT_TRUE(read_named_file("/dev/zero", 100).error().message.ends_with("it is a pipe or a device"));
  EXPECT_TRUE(read_named_file(folder_, 100).error().message.ends_with("it is a folder"));
  EXPECT_TRUE(read_named_file(folder_ / "missing", 100).error().message.ends_with("No such file or directory"));
  EXPECT_FALSE(read_named_file(folder_ / "file", 3)) << "too large";
}

}  // namespace
}  // namespace gpubench::platform
