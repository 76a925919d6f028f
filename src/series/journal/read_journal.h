// A run's journal, read back: whole records only, whatever has happened to the files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>

#include "base/result.h"
#include "meter/reading.h"

namespace gpubench::series {

// Receives what a journal contains, in the order of writing. `gpu` is a position, not the driver's index.
class JournalVisitor {
 public:
  virtual ~JournalVisitor() = default;
  virtual void reading(std::size_t gpu, const meter::GpuReading& value) = 0;
  virtual void power(std::size_t gpu, const meter::PowerSample& value) = 0;
  virtual void counter(std::size_t gpu, const meter::CounterReading& value) = 0;
  virtual void note(std::string_view text) = 0;
  // Called before the values of the record with this number.
  virtual void record(std::uint64_t /*seq*/) {}
};

// A place in a journal between two records. The default is its beginning.
struct JournalCursor {
  std::uint32_t segment = 1;
  std::uint64_t offset = 0;  // 0: before the segment's header
  std::uint64_t next_seq = 0;
  std::string run_id;  // whose segments are read; empty: the run's that most are of
  friend bool operator==(const JournalCursor&, const JournalCursor&) = default;
};

struct JournalReadout {
  JournalCursor end;                  // to go on from when the journal has grown; no run_id: no segment was readable
  std::uint64_t records = 0;          // whole ones, all passed on
  std::uint64_t missing_records = 0;  // known from the gaps they leave in the numbering
  std::uint64_t skipped_bytes = 0;    // that are no whole record, the tail left out
  std::uint64_t tail_bytes = 0;       // at the end, without a whole record: torn, or being written
};

inline constexpr std::uint64_t kWholeJournal = std::numeric_limits<std::uint64_t>::max();

// Everything from `from` on. A segment of another run is damage. After damage, reading continues at the next whole record;
// but not at the end of a journal that is being written, where the rest of the record is still to come. With `most_bytes` it
// ends once that much has been read: a part of a long journal. Memory: one segment (4 MiB, 64 at most). An error: there is
// no journal.
base::Result<JournalReadout> read_journal(const std::filesystem::path& run_directory, JournalVisitor& visitor,
                                          JournalCursor from = {}, std::uint64_t most_bytes = kWholeJournal);

// The same of all of it, told to nobody: what there is and what is damaged.
base::Result<JournalReadout> check_journal(const std::filesystem::path& run_directory);

// "3 records are missing from the journal (512 bytes are damaged)"; empty: what comes before its end is whole.
std::string damage_text(const JournalReadout& readout);
// Also of the end, which a journal that nobody writes any more should have in whole records.
std::string damage_of_closed(const JournalReadout& readout);

// Somebody is writing it.
bool journal_in_use(const std::filesystem::path& run_directory);
bool has_journal(const std::filesystem::path& run_directory);

}  // namespace gpubench::series
