#include "series/journal/journal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "series/journal/journal_series.h"
#include "series/journal/read_journal.h"

namespace gpubench::series {
namespace {

namespace fs = std::filesystem;
namespace jf = journal_format;
using namespace std::chrono_literals;

// Everything read back from a journal, as text, so that a wrong bit shows.
class ReadBack final : public JournalVisitor {
 public:
  void reading(std::size_t gpu, const meter::GpuReading& value) override {
    std::array<std::byte, jf::Entry<meter::GpuReading>::kBytes> bytes{};
    jf::Entry<meter::GpuReading>::encode(value, bytes.data());
    add("r", gpu, bytes);
  }
  void power(std::size_t gpu, const meter::PowerSample& value) override {
    std::array<std::byte, jf::Entry<meter::PowerSample>::kBytes> bytes{};
    jf::Entry<meter::PowerSample>::encode(value, bytes.data());
    add("p", gpu, bytes);
  }
  void counter(std::size_t gpu, const meter::CounterReading& value) override {
    std::array<std::byte, jf::Entry<meter::CounterReading>::kBytes> bytes{};
    jf::Entry<meter::CounterReading>::encode(value, bytes.data());
    add("c", gpu, bytes);
  }
  void note(std::string_view text) override { all.push_back("n" + std::string(text)); }

  std::vector<std::string> all;

 private:
  void add(const std::string& kind, std::size_t gpu, std::span<const std::byte> bytes) {
    all.push_back(kind + std::to_string(gpu) + ":" + std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
};

meter::GpuReading reading(int number) {
  meter::GpuReading value;
  value.time = base::SteadyTime(number * 1s);
  value.utilization = base::Ratio::from_percent(number);
  value.power = base::Power::from_milliwatts(123456.0 + number);
  value.temperature = meter::absent(meter::Absent::failed);
  value.memory_used = base::Bytes::from_bytes(1e9 + number);
  value.sm_clock = base::Frequency::from_megahertz(1755);
  value.memory_clock = meter::absent(meter::Absent::gpu_lost);
  value.throttle_reasons = meter::ThrottleReasons{0x8000000000000004U};
  return value;
}
meter::PowerSample sample(int number) {
  return {base::SteadyTime(number * 20ms), base::Power::from_milliwatts(100000.0 + number)};
}
meter::CounterReading counter(int number) {
  return {base::SteadyTime(number * 1s), base::SteadyTime(number * 1s + 3ms), base::Energy::from_millijoules(5e9 + number)};
}

template <class T>
void add(RecordBuffer& buffer, std::uint16_t gpu, const T& value) {
  std::array<std::byte, jf::Entry<T>::kBytes> bytes;
  jf::Entry<T>::encode(value, bytes.data());
  ASSERT_TRUE(buffer.add(jf::Entry<T>::kKind, gpu, bytes));
}

// A directory of its own, removed afterwards.
class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    // In memory where there is such a place: the damage tests write some ten thousand files.
    directory_ = (fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::path(testing::TempDir())) /
                 ("gpubench-" + std::to_string(getpid()) + std::string("-journal-") +
                  testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  [[nodiscard]] fs::path segment(std::uint32_t number) const { return directory_ / jf::kFolder / jf::segment_name(number); }
  static std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // In place: a file that was emptied first is brought to the disk by ext4 as soon as it is closed, which takes 7 ms.
  static void put_bytes(const fs::path& path, const std::string& bytes) {
    std::fstream(path, std::ios::binary | std::ios::in | std::ios::out) << bytes;
    fs::resize_file(path, bytes.size());
  }
  JournalReadout read(ReadBack& back) { return read_journal(directory_, back).value(); }

  // One segment per call, about `values` records of all kinds.
  void write_segments(int segments, int values) {
    auto files = SegmentFiles::create(directory_, "20261122T120000Z-test", 1).value();
    RecordBuffer buffer(1 << 20);
    for (int number = 0; number < segments; ++number) {
      ASSERT_TRUE(buffer.add_note("{\"segment\":" + std::to_string(number) + "}"));
      for (int i = 0; i < values; ++i) {
        add(buffer, static_cast<std::uint16_t>(i % 2), reading(i));
        add(buffer, 1, sample(2 * i));
        add(buffer, 1, sample(2 * i + 1));
        add(buffer, 1, counter(i));
      }
      RecordBatch batch;
      buffer.take(batch);
      std::size_t done = 0;
      files->write(batch, done);
      ASSERT_EQ(done, batch.bytes.size());
    }
  }

  // Where the records of a segment begin; the last entry is its end.
  static std::vector<std::size_t> starts(const std::string& bytes) {
    std::vector<std::size_t> result{jf::kHeaderBytes};
    const auto all = std::as_bytes(std::span(bytes));
    while (result.back() < bytes.size())
      result.push_back(result.back() + jf::kRecordHeadBytes + jf::decode_record(all.subspan(result.back()))->payload.size());
    return result;
  }

  fs::path directory_;
};

// How many of `back` come from the first `records` records: a record of two power samples holds two values.
std::size_t values_in(const std::string& bytes, const std::vector<std::size_t>& starts, std::size_t records) {
  std::size_t values = 0;
  for (std::size_t i = 0; i < records; ++i)
    values +=
        jf::get<jf::Kind>(reinterpret_cast<const std::byte*>(bytes.data()) + starts[i] + 16) == jf::Kind::power ? 2 : 1;
  return values;
}

TEST_F(JournalTest, EverythingComesBack) {
  {
    auto journal = Journal::create(directory_, "run-1").value();
    journal->note("{\"note\":\"run\"}");
    for (int i = 0; i < 500; ++i) journal->append(3, sample(i));
    JournalSeries<meter::GpuReading> series(std::make_unique<MemorySeries<meter::GpuReading>>(), *journal, 1);
    series.append(reading(7));
    EXPECT_EQ(series.size(), 1U);
    journal->append(2, counter(9));
    journal->close();
    EXPECT_EQ(journal->error(), std::nullopt);
  }
  ReadBack back;
  const JournalReadout readout = read(back);
  EXPECT_EQ(readout.end.run_id, "run-1");
  EXPECT_EQ(readout.missing_records + readout.skipped_bytes + readout.tail_bytes, 0U);
  ReadBack wanted;
  wanted.note("{\"note\":\"run\"}");
  for (int i = 0; i < 500; ++i) wanted.power(3, sample(i));
  wanted.reading(1, reading(7));
  wanted.counter(2, counter(9));
  EXPECT_EQ(back.all, wanted.all);
}

TEST_F(JournalTest, ReadingKeepsEveryFieldAndWhyOneIsAbsent) {
  std::array<std::byte, jf::Entry<meter::GpuReading>::kBytes> bytes;
  jf::Entry<meter::GpuReading>::encode(reading(33), bytes.data());
  const meter::GpuReading back = jf::Entry<meter::GpuReading>::decode(bytes.data()).value();
  EXPECT_EQ(back.time, reading(33).time);
  EXPECT_EQ(back.utilization->fraction(), reading(33).utilization->fraction());
  EXPECT_EQ(back.power->watts(), reading(33).power->watts());
  EXPECT_EQ(back.temperature.error(), meter::Absent::failed);
  EXPECT_EQ(back.memory_clock.error(), meter::Absent::gpu_lost);
  EXPECT_EQ(back.power_limit.error(), meter::Absent::unsupported);
  EXPECT_EQ(back.throttle_reasons->bits, 0x8000000000000004U);
  bytes[8] = std::byte{4};
  EXPECT_FALSE(jf::Entry<meter::GpuReading>::decode(bytes.data())) << "a status that is none";
}

TEST_F(JournalTest, ReadingsOfAnotherVersionMayHaveOtherFields) {
  const auto said = [](std::uint8_t fields) {
    return jf::reading_fields(std::array{std::byte{1}, std::byte{fields}, std::byte{0}, std::byte{0}});
  };
  EXPECT_EQ(said(0), 9U) << "of the first version";
  EXPECT_EQ(said(12), 12U);
  EXPECT_EQ(jf::reading_bytes(9), 89U);
  std::array<std::byte, jf::Entry<meter::GpuReading>::kBytes> bytes;
  jf::Entry<meter::GpuReading>::encode(reading(33), bytes.data());
  const meter::GpuReading fewer = jf::Entry<meter::GpuReading>::decode(bytes.data(), 3).value();
  EXPECT_EQ(fewer.power->watts(), reading(33).power->watts());
  EXPECT_EQ(fewer.throttle_reasons.error(), meter::Absent::unsupported);
  const meter::GpuReading more = jf::Entry<meter::GpuReading>::decode(bytes.data(), 12).value();
  EXPECT_EQ(more.throttle_reasons->bits, reading(33).throttle_reasons->bits);
}

TEST_F(JournalTest, CutAtEveryByte) {
  write_segments(1, 4);
  const std::string whole = bytes_of(segment(1));
  const auto records = starts(whole);
  ReadBack all;
  ASSERT_EQ(read(all).records, records.size() - 1);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    put_bytes(segment(1), whole.substr(0, length));
    ReadBack back;
    const JournalReadout readout = read(back);
    std::size_t before = 0;
    while (before + 1 < records.size() && records[before + 1] <= length) ++before;
    ASSERT_EQ(readout.records, before) << "cut at " << length;
    ASSERT_EQ(back.all,
              std::vector(all.all.begin(), all.all.begin() + static_cast<long>(values_in(whole, records, before))));
    ASSERT_EQ(readout.tail_bytes, length - (length >= jf::kHeaderBytes ? records[before] : 0));
  }
}

TEST_F(JournalTest, EachBitFlippedInTheLastSegment) {
  write_segments(1, 3);
  const std::string whole = bytes_of(segment(1));
  const auto records = starts(whole);
  ReadBack all;
  read(all);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string broken = whole;
    broken[bit / 8] = static_cast<char>(static_cast<unsigned char>(broken[bit / 8]) ^ (1U << (bit % 8)));
    put_bytes(segment(1), broken);
    std::size_t before = 0;
    while (before + 1 < records.size() && records[before + 1] <= bit / 8) ++before;
    ReadBack back;
    const JournalReadout readout = read(back);
    if (bit / 8 < jf::kHeaderBytes) {  // the records say all that a header does
      ASSERT_EQ(readout.records, records.size() - 1) << "bit " << bit;
      ASSERT_EQ(back.all, all.all) << "bit " << bit;
      ASSERT_EQ(damage_text(readout), "0 records are missing from the journal (96 bytes are damaged)");
      continue;
    }
    ASSERT_EQ(readout.records, records.size() - 2) << "bit " << bit;
    std::vector wanted(all.all.begin(), all.all.begin() + static_cast<long>(values_in(whole, records, before)));
    wanted.insert(wanted.end(), all.all.begin() + static_cast<long>(values_in(whole, records, before + 1)), all.all.end());
    ASSERT_EQ(back.all, wanted) << "bit " << bit;
  }
}

// The writer may be within a record: nothing is skipped.
TEST_F(JournalTest, TheEndOfOneThatIsBeingWrittenIsWaitedFor) {
  write_segments(1, 3);
  const std::string whole = bytes_of(segment(1));
  const auto records = starts(whole);
  std::string broken = whole;
  broken[records[2] + 20] = static_cast<char>(~broken[records[2] + 20]);
  put_bytes(segment(1), broken);
  const int folder = open((directory_ / jf::kFolder).c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(folder, LOCK_EX | LOCK_NB), 0);
  ReadBack back;
  const JournalReadout readout = read(back);
  EXPECT_EQ(readout.records, 2U);
  EXPECT_EQ(readout.tail_bytes, whole.size() - records[2]);
  close(folder);
}

TEST_F(JournalTest, EachBitFlippedInAnEarlierSegment) {
  write_segments(3, 2);
  const std::string whole = bytes_of(segment(2));
  const auto records = starts(whole);
  ReadBack all;
  const std::uint64_t count = read(all).records;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string broken = whole;
    broken[bit / 8] = static_cast<char>(static_cast<unsigned char>(broken[bit / 8]) ^ (1U << (bit % 8)));
    put_bytes(segment(2), broken);
    const std::uint64_t lost = bit / 8 < jf::kHeaderBytes ? 0 : 1;
    ReadBack back;
    const JournalReadout readout = read(back);
    ASSERT_EQ(readout.records, count - lost) << "bit " << bit;
    ASSERT_EQ(readout.missing_records, lost);
    ASSERT_GT(readout.skipped_bytes, 0U);
    auto left = all.all.begin();  // what was read back is what was written, less something
    for (const std::string& value : back.all) {
      left = std::find(left, all.all.end(), value);
      ASSERT_NE(left, all.all.end()) << "a value that was never written, bit " << bit;
      ++left;
    }
  }
}

// A sector of zeros at the beginning takes the header and some records with it.
TEST_F(JournalTest, ASegmentWithoutItsBeginningIsReadOn) {
  write_segments(2, 20);
  ReadBack all;
  const std::uint64_t count = read(all).records;
  for (const std::uint32_t number : {1U, 2U}) {
    const std::string whole = bytes_of(segment(number));
    put_bytes(segment(number), std::string(512, '\0') + whole.substr(512));
    ReadBack back;
    const JournalReadout readout = read(back);
    EXPECT_GT(readout.records, count - 20) << number;
    EXPECT_EQ(readout.records + readout.missing_records, count) << number;
    EXPECT_GE(readout.skipped_bytes, 512U) << number;
    EXPECT_TRUE(std::equal(back.all.rbegin(), back.all.rbegin() + 20, all.all.rbegin())) << number;
    put_bytes(segment(number), whole);
  }
}

// Its header is whole, so that nothing is known of what comes after it.
TEST_F(JournalTest, ASegmentOfALaterVersionIsNotRead) {
  write_segments(2, 2);
  ReadBack all;
  const std::uint64_t count = read(all).records;
  const auto header = jf::encode_header({1, 0, "20261122T120000Z-test", 2});
  put_bytes(segment(1), std::string(reinterpret_cast<const char*>(header.data()), header.size()) +
                            bytes_of(segment(1)).substr(header.size()));
  ReadBack back;
  EXPECT_EQ(read(back).records, count / 2);
}

TEST_F(JournalTest, MissingSegmentIsCounted) {
  write_segments(3, 2);
  ReadBack all;
  const std::uint64_t count = read(all).records;
  fs::remove(segment(2));
  ReadBack back;
  const JournalReadout readout = read(back);
  EXPECT_EQ(readout.missing_records, count / 3);
  EXPECT_EQ(readout.records, count - count / 3);
}

TEST_F(JournalTest, ZerosAfterAPowerCutAreATail) {
  write_segments(1, 2);
  ReadBack all;
  const std::uint64_t count = read(all).records;
  put_bytes(segment(1), bytes_of(segment(1)) + std::string(5000, '\0'));
  ReadBack back;
  const JournalReadout readout = read(back);
  EXPECT_EQ(readout.records, count);
  EXPECT_EQ(readout.tail_bytes, 5000U);
}

TEST_F(JournalTest, DamageIsPutIntoWords) {
  write_segments(3, 2);
  const auto checked = [&] { return check_journal(directory_).value(); };
  EXPECT_EQ(damage_of_closed(checked()), "");
  const std::string last = bytes_of(segment(3));
  put_bytes(segment(3), last.substr(0, last.size() - 1));
  EXPECT_EQ(damage_text(checked()), "");  // a run that was killed ends so
  EXPECT_EQ(damage_of_closed(checked()),
            "the last " + std::to_string(checked().tail_bytes) + " bytes of the journal are incomplete or damaged");
  put_bytes(segment(3), last);
  std::string broken = bytes_of(segment(2));
  broken[jf::kHeaderBytes + 20] = static_cast<char>(~broken[jf::kHeaderBytes + 20]);
  put_bytes(segment(2), broken);
  EXPECT_EQ(damage_of_closed(checked()).substr(0, 36), "1 record is missing from the journal");
}

TEST_F(JournalTest, FollowedByCursorWhileItGrows) {
  auto files = SegmentFiles::create(directory_, "run", 3000).value();
  std::atomic<bool> done = false;
  std::thread writer([&] {
    RecordBuffer buffer(1 << 20);
    RecordBatch batch;
    for (int i = 0; i < 20000; ++i) {
      add(buffer, 0, sample(i));
      if (i % 50 == 49) {
        std::size_t written = 0;
        buffer.take(batch);
        files->write(batch, written);
      }
    }
    done = true;
  });
  ReadBack back;
  JournalCursor cursor;
  for (bool last = false; !last;) {
    last = done;
    const auto readout = read_journal(directory_, back, cursor).value();
    EXPECT_EQ(readout.missing_records, 0U);
    cursor = readout.end;
  }
  writer.join();
  EXPECT_EQ(back.all.size(), 20000U);
  ReadBack again;
  EXPECT_EQ(read(again).end, cursor);
  EXPECT_EQ(again.all, back.all);
  EXPECT_GT(cursor.segment, 3U);
}

// A segment of another run among those of this one: a copy that went wrong, or worse.
TEST_F(JournalTest, ASegmentOfAnotherRunIsDamage) {
  const fs::path other = directory_ / "other";
  fs::create_directories(other);
  for (const auto& [folder, run] : {std::pair(directory_, "run"), std::pair(other, "another")}) {
    auto files = SegmentFiles::create(folder, run, 3000).value();
    RecordBuffer buffer(1 << 20);
    RecordBatch batch;
    for (int i = 0; i < 1000; ++i) {
      add(buffer, 0, sample(i));
      if (i % 50 != 49) continue;
      std::size_t written = 0;
      buffer.take(batch);
      files->write(batch, written);
    }
  }
  ReadBack whole;
  const JournalReadout before = read(whole);
  ASSERT_GT(before.end.segment, 3U);
  for (const char* segment : {"00000001.journal", "00000002.journal"}) {
    const fs::path own = directory_ / "journal" / segment;
    fs::rename(own, directory_ / "kept");
    fs::copy_file(other / "journal" / segment, own);
    ReadBack told;
    const JournalReadout readout = read(told);
    EXPECT_EQ(readout.end.run_id, "run") << segment;
    EXPECT_GT(readout.skipped_bytes, 2000U) << segment;
    EXPECT_GT(readout.missing_records, 0U) << segment;
    EXPECT_LT(told.all.size(), whole.all.size()) << segment;
    EXPECT_FALSE(damage_text(readout).empty()) << segment;
    fs::rename(directory_ / "kept", own);
  }
}

TEST_F(JournalTest, OneThatWasRemovedMeanwhileIsSaid) {
  auto journal = Journal::create(directory_, "run").value();
  journal->append(0, sample(1));
  fs::remove_all(directory_ / "journal");
  journal->close();
  ASSERT_TRUE(journal->error());
  EXPECT_NE(journal->error()->message.find("removed"), std::string::npos);
}

TEST_F(JournalTest, IsLockedWhileItIsWritten) {
  EXPECT_FALSE(has_journal(directory_));
  EXPECT_FALSE(journal_in_use(directory_));
  auto journal = Journal::create(directory_, "run").value();
  EXPECT_TRUE(journal_in_use(directory_));
  EXPECT_FALSE(Journal::create(directory_, "run")) << "never over another one";
  journal.reset();
  EXPECT_FALSE(journal_in_use(directory_));
  EXPECT_TRUE(has_journal(directory_));
}

TEST_F(JournalTest, FolderThatIsNotThereIsAnError) {
  EXPECT_FALSE(Journal::create(directory_ / "missing", "run"));
  ReadBack back;
  EXPECT_FALSE(read_journal(directory_, back));
}

// The file size limit of the process stands in for a full disk.
TEST_F(JournalTest, FullDiskIsToldAndWhatFitsIsReadable) {
  auto* const old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit limit{10001, old.rlim_max};
  auto journal = Journal::create(directory_, "run").value();
  setrlimit(RLIMIT_FSIZE, &limit);
  for (int i = 0; i < 2000; ++i) journal->append(0, sample(i));
  journal->close();
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  const auto error = journal->error();
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("missing from the run's journal"), std::string::npos) << error->message;
  ReadBack back;
  const JournalReadout readout = read(back);
  EXPECT_GT(back.all.size(), 400U);
  EXPECT_EQ(back.all.front().substr(0, 3), "p0:");
  EXPECT_GT(readout.tail_bytes, 0U);
}

TEST_F(JournalTest, DiskThatIsFullForAWhileCostsNothing) {
  auto files = SegmentFiles::create(directory_, "run").value();
  RecordBuffer buffer(1 << 20);
  for (int i = 0; i < 1000; ++i) add(buffer, 0, sample(i));
  RecordBatch batch;
  buffer.take(batch);
  std::size_t done = 0;
  auto* const old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit limit{5001, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  files->write(batch, done);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_LT(done, batch.bytes.size());
  EXPECT_FALSE(files->write_trouble().empty());
  files->write(batch, done);
  ReadBack back;
  EXPECT_EQ(read(back).tail_bytes, 0U);
  EXPECT_EQ(back.all.size(), 1000U);
}

}  // namespace
}  // namespace gpubench::series
