// The run's journal: an append-only, checksummed log in the run's folder from which the run can be rebuilt whatever ends the
// tool, and read by others while it grows.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "meter/reading.h"
#include "series/journal/record_buffer.h"
#include "series/journal/segment_files.h"

namespace gpubench::series {

// append() and note() from any thread: they copy into memory and never wait for the disk. A thread of its own writes what
// has come a moment later and forces it to the disk within a second; it sleeps while nothing comes. What a slow or full disk
// does not accept waits in up to 8 MiB of memory (several minutes of eight GPUs); more is lost and counted.
class Journal {
 public:
  static base::Result<std::unique_ptr<Journal>> create(const std::filesystem::path& run_directory, const std::string& run_id,
                                                       std::size_t segment_bytes = SegmentFiles::kSegmentBytes);
  ~Journal();  // closes
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  template <class T>
  void append(std::uint16_t gpu, const T& value) {
    using Entry = journal_format::Entry<T>;
    std::array<std::byte, Entry::kBytes> bytes;
    Entry::encode(value, bytes.data());
    append_entry(Entry::kKind, gpu, bytes);
  }
  // Text with a meaning of its own, at most 1 MiB; on its way to the disk at once.
  void note(std::string_view text);
  // Waits until all is on the disk, or until the disk does not accept it. Nothing may be appended afterwards. Safe to call
  // twice.
  void close();
  // What could not be written, and why; empty while the journal is whole.
  [[nodiscard]] std::optional<base::Error> error() const;

 private:
  explicit Journal(std::unique_ptr<SegmentFiles> files);
  void append_entry(journal_format::Kind kind, std::uint16_t gpu, std::span<const std::byte> entry);
  void run();
  [[nodiscard]] bool work_waits() const;
  void wait_for_work(std::unique_lock<std::mutex>& lock, std::optional<base::Duration> sync_in);
  void write_what_waits(std::unique_lock<std::mutex>& lock);

  std::unique_ptr<SegmentFiles> files_;  // the thread's own, as are the next two
  RecordBatch batch_;                    // under way to the disk
  std::size_t batch_done_ = 0;           // bytes of it that are there
  mutable std::mutex mutex_;             // guards all below
  std::condition_variable woken_;
  RecordBuffer buffer_;
  bool urgent_ = false;
  bool closing_ = false;
  std::uint64_t lost_ = 0;     // entries and notes
  std::size_t unwritten_ = 0;  // bytes, set at the end
  std::string write_trouble_;
  std::string sync_trouble_;
  bool removed_ = false;
  std::thread thread_;
};

}  // namespace gpubench::series
