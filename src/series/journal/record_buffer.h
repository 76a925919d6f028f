// Journal records on their way to the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "series/journal/journal_format.h"

namespace gpubench::series {

// Whole records, the first numbered first_seq.
struct RecordBatch {
  std::vector<std::byte> bytes;
  std::uint64_t first_seq = 0;
};

// Packs entries into records: those of one kind and GPU that come one after the other share a record, which costs 20 bytes.
// Not thread-safe.
class RecordBuffer {
 public:
  // False: `limit` bytes wait already and the entry was dropped.
  bool add(journal_format::Kind kind, std::uint16_t gpu, std::span<const std::byte> entry);
  bool add_note(std::string_view text);
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  // Ends the current record and hands all over; the old content of `batch` is gone, its memory is reused.
  void take(RecordBatch& batch);

  explicit RecordBuffer(std::size_t limit) : limit_(limit) {}

 private:
  void begin(journal_format::Kind kind, std::uint16_t gpu);
  void seal();

  const std::size_t limit_;
  std::vector<std::byte> bytes_;
  std::size_t open_at_ = 0;  // where the current record begins
  bool open_ = false;
  journal_format::Kind kind_{};
  std::uint16_t gpu_ = 0;
  std::uint64_t first_seq_ = 0;
  std::uint64_t next_seq_ = 0;
};

}  // namespace gpubench::series
