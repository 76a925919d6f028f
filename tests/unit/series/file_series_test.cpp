#include "series/spool/file_series.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

namespace gpubench::series {
namespace {

struct Value {
  std::uint64_t number = 0;
  std::uint64_t square = 0;
  std::uint64_t third = 0;  // 24 bytes: records that do not divide the buffer
};
Value value(std::uint64_t number) {
  return {number, number * number, 3};
}

// An empty directory of its own, removed afterwards.
class FileSeriesTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(testing::TempDir()) /
                 (std::string("series-") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_;
};

void expect_squares(const Series<Value>& series, std::size_t count) {
  ASSERT_EQ(series.size(), count);
  std::uint64_t next = 0;
  for_each(series, [&](const Value& seen) {
    EXPECT_EQ(seen.number, next);
    EXPECT_EQ(seen.square, next * next);
    ++next;
  });
  EXPECT_EQ(next, count);
}

TEST_F(FileSeriesTest, ReadsBackEverythingAtEveryLength) {
  auto series = FileSeries<Value>::create(directory_).value();
  expect_squares(*series, 0);
  for (std::uint64_t i = 0; i < 700; ++i) {
    series->append(value(i));
    Value last;
    ASSERT_EQ(series->read(i, std::span<Value>(&last, 1)), 1U);
    ASSERT_EQ(last.number, i);
    if (i % 97 == 0) expect_squares(*series, i + 1);
  }
  expect_squares(*series, 700);
  EXPECT_EQ(series->write_error(), std::nullopt);
}

TEST_F(FileSeriesTest, ReadsOnlyWhatExists) {
  auto series = FileSeries<Value>::create(directory_).value();
  for (std::uint64_t i = 0; i < 500; ++i) series->append(value(i));
  std::vector<Value> out(100);
  EXPECT_EQ(series->read(450, out), 50U);
  EXPECT_EQ(out[49].number, 499U);
  EXPECT_EQ(series->read(500, out), 0U);
  EXPECT_EQ(series->read(100000, out), 0U);
  EXPECT_EQ(series->read(300, std::span<Value>()), 0U);
}

TEST_F(FileSeriesTest, HoldsTheRealTypes) {
  auto readings = FileSeries<meter::GpuReading>::create(directory_).value();
  meter::GpuReading reading;
  reading.power = base::Power::from_watts(123.5);
  reading.utilization = meter::absent(meter::Absent::failed);
  for (int i = 0; i < 100; ++i) readings->append(reading);
  meter::GpuReading back;
  ASSERT_EQ(readings->read(99, std::span<meter::GpuReading>(&back, 1)), 1U);
  EXPECT_EQ(back.power->watts(), 123.5);
  EXPECT_EQ(back.utilization.error(), meter::Absent::failed);
  EXPECT_EQ(back.temperature.error(), meter::Absent::unsupported);
}

TEST_F(FileSeriesTest, LeavesNoFileBehind) {
  auto series = FileSeries<Value>::create(directory_).value();
  for (std::uint64_t i = 0; i < 1000; ++i) series->append(value(i));
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(FileSeriesTest, DirectoryThatIsNotThereIsAnError) {
  const auto series = FileSeries<Value>::create(directory_ / "missing");
  ASSERT_FALSE(series);
  EXPECT_NE(series.error().message.find("missing"), std::string::npos);
}

// The file size limit of the process stands in for a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*old_handler_)(int);
  rlimit old_{};
};

TEST_F(FileSeriesTest, FullDiskIsToldAndWhatFitsStays) {
  auto series = FileSeries<Value>::create(directory_).value();
  {
    const FullDisk full(10000);  // not a multiple of record or buffer: a partial write
    for (std::uint64_t i = 0; i < 2000; ++i) series->append(value(i));
    const std::size_t kept = series->size();
    EXPECT_GE(kept * sizeof(Value), 10000U);
    EXPECT_LT(kept * sizeof(Value), 10000U + SpoolFile::kBufferBytes);
    expect_squares(*series, kept);
    const auto error = series->write_error();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->message.find(std::to_string(2000 - kept) + " values could not be written"), 0U) << error->message;
  }
  const std::size_t kept = series->size();
  series->append(value(kept));  // there is space again
  expect_squares(*series, kept + 1);
  EXPECT_TRUE(series->write_error()) << "what is lost stays lost";
}

TEST_F(FileSeriesTest, ReadersRunBesideTheWriter) {
  constexpr std::uint64_t kCount = 20000;
  auto series = FileSeries<Value>::create(directory_).value();
  std::atomic<bool> wrong = false;
  const auto follow = [&] {
    std::uint64_t next = 0;
    while (next < kCount) {
      for_each(
          *series,
          [&](const Value& seen) {
            if (seen.number != next || seen.square != next * next) wrong = true;
            ++next;
          },
          next);
      std::this_thread::yield();
    }
  };
  std::thread first(follow);
  std::thread second(follow);
  for (std::uint64_t i = 0; i < kCount; ++i) series->append(value(i));
  first.join();
  second.join();
  EXPECT_FALSE(wrong);
}

}  // namespace
}  // namespace gpubench::series
