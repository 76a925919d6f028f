#include "run/journal_samples.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "exporting/journal/results.h"
#include "series/journal/segment_files.h"

namespace gpubench::run {
namespace {

namespace fs = std::filesystem;
namespace jf = series::journal_format;
using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1000s};

// A sample as a database would get it, and its place.
using Sent = std::tuple<std::string, std::int64_t, double, exporting::Place>;

// The journal of a run of two GPUs, small but with all that a journal can hold.
class JournalSamplesTest : public testing::Test {
 protected:
  void SetUp() override {
    // In memory where there is such a place: thousands of files are written.
    directory_ = (fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::path(testing::TempDir())) /
                 ("gpubench-" + std::to_string(getpid()) + "-samples-" +
                  testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  // Three segments, or all in one.
  void write_journal(std::size_t segment_bytes) {
    files_ = series::SegmentFiles::create(directory_, "20261122t120000z-test", segment_bytes).value();
    record::RunFacts run;
    run.run_id = "20261122t120000z-test";
    run.host = "host";
    run.anchor = {kStart, base::WallTime(1790000000s)};
    run.gpus.resize(2);
    run.gpus[1].index = 1;
    buffer_.add_note(runs::facts_note(run, {}));
    values(0);
    buffer_.add_note(runs::started_note(kStart));
    flush();
    values(1);
    record::CarbonNow carbon;
    buffer_.add_note(runs::carbon_note(kStart + 1s, carbon));
    flush();
    values(2);
    record::Measured measured;
    measured.outcome.ran = {kStart, kStart + 2s};
    buffer_.add_note(runs::ended_note(measured));
    record::RunRecord record;
    record.facts.run_id = run.run_id;
    record.facts.anchor = run.anchor;
    record.ran = measured.outcome.ran;
    buffer_.add_note(exporting::results_note(record));
    buffer_.add_note(runs::closing_note(record));
    flush();
    files_.reset();
  }

  [[nodiscard]] std::vector<Sent> sent() const {
    JournalSamples samples(directory_, exporting::Names::standard);
    std::vector<exporting::Sample> read;
    EXPECT_TRUE(samples.read(read, 1000000, exporting::kEverything));
    std::vector<Sent> all;
    for (const exporting::Sample& one : read)
      all.emplace_back(samples.series()[one.series].json(), one.time_ms, one.value, one.place);
    return all;
  }

  [[nodiscard]] fs::path segment(std::uint32_t number) const { return directory_ / jf::kFolder / jf::segment_name(number); }
  static std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void put_bytes(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

  fs::path directory_;

 private:
  template <class T>
  void add(std::uint16_t gpu, const T& value) {
    std::array<std::byte, jf::Entry<T>::kBytes> bytes;
    jf::Entry<T>::encode(value, bytes.data());
    buffer_.add(jf::Entry<T>::kKind, gpu, bytes);
  }
  void values(int second) {
    const base::SteadyTime at = kStart + second * 1s;
    for (std::uint16_t gpu = 0; gpu < 2; ++gpu) {
      meter::GpuReading reading;
      reading.time = at;
      reading.power = base::Power::from_watts(300 + second);
      reading.temperature = meter::absent(meter::Absent::failed);
      reading.memory_used = base::Bytes::from_bytes(1e9 + second);
      add(gpu, reading);
      for (int i = 0; i < 3; ++i) add(gpu, meter::PowerSample{at + i * 20ms, base::Power::from_watts(300.5 + i)});
      add(gpu, meter::CounterReading{at, at + 3ms, base::Energy::from_joules(1e6 + second)});
    }
  }
  void flush() {
    std::size_t done = 0;
    buffer_.take(batch_);
    files_->write(batch_, done);
    ASSERT_EQ(done, batch_.bytes.size());
  }

  std::unique_ptr<series::SegmentFiles> files_;
  series::RecordBuffer buffer_{1 << 20};
  series::RecordBatch batch_;
};

// What is sent of a journal that was cut was in the whole one, and stands at the same place: an export that was begun goes
// on.
bool begins(const std::vector<Sent>& whole, const std::vector<Sent>& part) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}
// Damage within it may move one (the start of the run is told again at its end), but makes none.
bool holds(const std::vector<Sent>& whole, const std::vector<Sent>& part) {
  const auto value = [](const Sent& one) { return std::tie(std::get<0>(one), std::get<1>(one), std::get<2>(one)); };
  return std::all_of(part.begin(), part.end(), [&](const Sent& one) {
    return std::any_of(whole.begin(), whole.end(), [&](const Sent& other) { return value(other) == value(one); });
  });
}

// JournalTest cuts at every byte; a step of 7 meets each place within the records here.
TEST_F(JournalSamplesTest, CutAtAnyByteSendsWhatIsWhole) {
  write_journal(1 << 20);
  const std::string bytes = bytes_of(segment(1));
  const std::vector<Sent> whole = sent();
  ASSERT_GT(whole.size(), 40U);
  std::size_t least = 0;
  for (std::size_t length = 0; length < bytes.size(); length += 7) {
    put_bytes(segment(1), bytes.substr(0, length));
    const std::vector<Sent> part = sent();
    ASSERT_TRUE(begins(whole, part)) << "cut at " << length;
    ASSERT_GE(part.size(), least) << "cut at " << length;
    least = part.size();
  }
}

TEST_F(JournalSamplesTest, NoBitThatIsChangedSendsAWrongValue) {
  write_journal(1);  // a segment for each of the three batches
  const std::vector<Sent> whole = sent();
  for (std::uint32_t number = 1; number <= 3; ++number) {
    const std::string bytes = bytes_of(segment(number));
    for (std::size_t at = 0; at < bytes.size(); at += 13) {  // each bit of each byte: see JournalTest
      std::string broken = bytes;
      broken[at] = static_cast<char>(static_cast<unsigned char>(broken[at]) ^ (1U << (at % 8)));
      put_bytes(segment(number), broken);
      const std::vector<Sent> part = sent();
      ASSERT_TRUE(holds(whole, part)) << "segment " << number << ", byte " << at;
      if (number < 3) continue;
      put_bytes(segment(number), bytes.substr(0, at));
      ASSERT_TRUE(begins(part, sent())) << "what comes before the damage keeps its place, byte " << at;
    }
    put_bytes(segment(number), bytes);
  }
}

// `export` of a run that was killed computes its results, and may do so before anything has been read back.
TEST_F(JournalSamplesTest, WhatIsAddedComesAfterAllThatTheJournalHolds) {
  write_journal(1);
  const std::vector<Sent> whole = sent();
  record::RunRecord record;
  record.facts.run_id = "20261122t120000z-test";
  JournalSamples samples(directory_, exporting::Names::standard);
  samples.add_after(exporting::results_note(record));
  std::vector<exporting::Sample> read;
  ASSERT_TRUE(samples.read(read, whole.size(), exporting::kEverything));
  EXPECT_EQ(read.back().place, std::get<exporting::Place>(whole.back()));
  read.clear();
  ASSERT_TRUE(samples.read(read, 1000, exporting::kEverything));
  EXPECT_FALSE(read.empty());
  EXPECT_GT(read.front().place, std::get<exporting::Place>(whole.back()));
}

// Readings keep the driver's three decimals.
TEST_F(JournalSamplesTest, SmallResultsKeepTheirDigits) {
  write_journal(1);
  record::RunRecord record;
  record.facts.run_id = "20261122t120000z-test";
  record.facts.anchor = {kStart, base::WallTime(1790000000s)};
  record.ran = {kStart, kStart + 2s};
  record.benchmark.work = record::Work{1e9, "tokens"};
  record.total_energy = base::Energy::from_joules(4.2e5);
  JournalSamples samples(directory_, exporting::Names::standard);
  samples.add_after(exporting::results_note(record));
  std::vector<exporting::Sample> read;
  ASSERT_TRUE(samples.read(read, 1000000, exporting::kEverything));
  std::map<std::string, double> values;
  for (const exporting::Sample& one : read) values[samples.series()[one.series].name] = one.value;
  EXPECT_EQ(values.at("gpubench_run_work_energy_joules"), 4.2e-4);
  EXPECT_EQ(values.at("gpubench_run_start_timestamp_seconds"), 1790000000);
  EXPECT_EQ(values.at("gpubench_gpu_power_sample_watts"), 302.5);
}

}  // namespace
}  // namespace gpubench::run
