// A run's journal: damaged files are read without trouble, a read from a cursor goes on where the last one ended, and
// payloads with a right checksum but wrong content are skipped.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "series/journal/journal_format.h"
#include "series/journal/read_journal.h"

namespace {

using namespace gpubench;
namespace jf = series::journal_format;
namespace fs = std::filesystem;

void require(bool condition) {
  if (!condition) std::abort();
}

class Counting final : public series::JournalVisitor {
 public:
  void reading(std::size_t /*gpu*/, const meter::GpuReading& /*value*/) override { ++values; }
  void power(std::size_t /*gpu*/, const meter::PowerSample& /*value*/) override { ++values; }
  void counter(std::size_t /*gpu*/, const meter::CounterReading& /*value*/) override { ++values; }
  void note(std::string_view text) override { values += text.size() <= jf::kLargestPayload ? 1 : 0; }
  std::size_t values = 0;
};

using Bytes = std::vector<std::byte>;

void add(Bytes& to, std::span<const std::byte> bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// The input cut into payloads, each in a record with a right checksum.
Bytes as_records(std::span<const std::byte> input) {
  Bytes bytes;
  std::uint64_t seq = 0;
  while (!input.empty()) {
    const std::size_t length = std::min<std::size_t>(input.size() - 1, jf::get<std::uint8_t>(input.data()));
    Bytes record(jf::kRecordHeadBytes + jf::kPayloadHeadBytes);
    jf::put(record.data() + 8, seq++);
    const auto content = input.subspan(1, length);
    for (std::size_t i = 0; i < std::min(length, jf::kPayloadHeadBytes); ++i) record[jf::kRecordHeadBytes + i] = content[i];
    add(record, content.subspan(std::min(length, jf::kPayloadHeadBytes)));
    jf::finish_record(record);
    add(bytes, record);
    input = input.subspan(1 + length);
  }
  return bytes;
}

void write_segment(const fs::path& run, std::uint32_t number, std::uint64_t first_seq, std::span<const std::byte> content) {
  fs::create_directories(run / jf::kFolder);
  std::ofstream file(run / jf::kFolder / jf::segment_name(number), std::ios::binary);
  const auto header = jf::encode_header({number, first_seq, "fuzz"});
  file.write(reinterpret_cast<const char*>(header.data()), static_cast<std::streamsize>(header.size()));
  file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fs::path run = (fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) /
                              ("journal-fuzz-" + std::to_string(getpid()));
  const auto input = std::as_bytes(std::span(data, size));
  write_segment(run, 1, 0, size % 2 == 0 ? Bytes(input.begin(), input.end()) : as_records(input));
  const std::size_t half = size / 2;
  write_segment(run, 2, 1000, input.subspan(half));
  Counting whole;
  const auto readout = series::read_journal(run, whole);
  require(readout.has_value());
  require(readout->run_id == "fuzz");
  Counting rest;
  const auto again = series::read_journal(run, rest, readout->end);
  require(again && rest.values == 0 && again->end == readout->end);
  fs::remove_all(run);
  return 0;
}
