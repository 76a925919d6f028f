// A run's journal as it lies on the disk. With an even first byte the rest is the segment as it is; with an odd one it is
// pieces (a length and so many bytes) that become the payloads of whole records with right checksums.
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

namespace fs = std::filesystem;
namespace jf = gpubench::series::journal_format;
using namespace gpubench;

class Counting final : public series::JournalVisitor {
 public:
  void reading(std::size_t /*gpu*/, const meter::GpuReading& /*value*/) override { ++told; }
  void power(std::size_t /*gpu*/, const meter::PowerSample& /*value*/) override { ++told; }
  void counter(std::size_t /*gpu*/, const meter::CounterReading& /*value*/) override { ++told; }
  void note(std::string_view text) override { told += text.size() + 1; }
  std::size_t told = 0;
};

std::vector<std::byte> whole_records(std::span<const std::byte> pieces) {
  const auto header = jf::encode_header({1, 1, "fuzz"});
  std::vector<std::byte> bytes(header.begin(), header.end());
  for (std::uint64_t seq = 1; !pieces.empty(); ++seq) {
    const std::size_t length = std::min(std::to_integer<std::size_t>(pieces.front()), pieces.size() - 1);
    std::vector<std::byte> record(jf::kRecordHeadBytes + length);
    jf::put(record.data() + 8, seq);
    std::copy_n(pieces.begin() + 1, length, record.begin() + jf::kRecordHeadBytes);
    jf::finish_record(record);
    bytes.insert(bytes.end(), record.begin(), record.end());
    pieces = pieces.subspan(1 + length);
  }
  return bytes;
}

fs::path folder() {
  std::error_code error;
  const fs::path base = fs::is_directory("/dev/shm", error) ? fs::path("/dev/shm") : fs::temp_directory_path();
  return base / ("journal-fuzz-" + std::to_string(getpid()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fs::path run = folder();
  static const bool made = fs::create_directories(run / jf::kFolder);
  static_cast<void>(made);
  if (size == 0) return 0;
  const auto rest = std::as_bytes(std::span(data, size)).subspan(1);
  const auto bytes = data[0] % 2 == 0 ? std::vector(rest.begin(), rest.end()) : whole_records(rest);
  std::ofstream(run / jf::kFolder / jf::segment_name(1), std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  Counting all;
  const auto readout = series::read_journal(run, all);
  if (readout && all.told > bytes.size()) std::abort();  // nothing comes from nowhere
  return 0;
}
