// The journal's folder and files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "series/journal/record_buffer.h"

namespace gpubench::series {

// Writes batches to segments; a new one is begun when the last holds `segment_bytes`. The folder is locked while this lives.
// One thread.
class SegmentFiles {
 public:
  static constexpr std::size_t kSegmentBytes = std::size_t{4} << 20U;

  // Makes the folder "journal", which must not be there, and the first segment.
  static base::Result<std::unique_ptr<SegmentFiles>> create(const std::filesystem::path& run_directory, std::string run_id,
                                                            std::size_t segment_bytes = kSegmentBytes);
  ~SegmentFiles();
  SegmentFiles(const SegmentFiles&) = delete;
  SegmentFiles& operator=(const SegmentFiles&) = delete;

  // Continues from byte `done` of the batch, which grows by what the disk accepted. Records keep their order, so a batch
  // must be done before the next.
  void write(const RecordBatch& batch, std::size_t& done);
  void sync();
  // Somebody has removed the segment that is written to: what it takes is lost.
  [[nodiscard]] bool is_removed() const;
  // The last failure of each kind, in words; empty while nothing has failed.
  [[nodiscard]] const std::string& write_trouble() const { return write_trouble_; }
  [[nodiscard]] const std::string& sync_trouble() const { return sync_trouble_; }

 private:
  SegmentFiles(int folder, std::string run_id, std::size_t segment_bytes)
      : folder_(folder), run_id_(std::move(run_id)), segment_bytes_(segment_bytes) {}
  bool open_next(std::uint64_t first_seq);

  const int folder_;
  const std::string run_id_;
  const std::size_t segment_bytes_;
  int file_ = -1;
  std::uint32_t segment_ = 0;
  std::uint64_t file_bytes_ = 0;
  bool dirty_ = false;
  std::string write_trouble_;
  std::string sync_trouble_;
};

}  // namespace gpubench::series
