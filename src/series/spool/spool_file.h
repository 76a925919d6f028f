// Bytes appended to a temporary file by one thread and read by others, with one small buffer whatever the length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "base/result.h"

namespace gpubench::series {

// The file has no name from the start: the kernel frees its space when the process ends, however it ends, so a killed run
// leaves no gigabytes. What must outlive the process is written elsewhere, in formats of its own.
class SpoolFile {
 public:
  static base::Result<std::unique_ptr<SpoolFile>> create(const std::filesystem::path& directory);
  ~SpoolFile();
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  // Appends all of the record or, when the disk takes no more, nothing of it. Never throws; a record is at most
  // kBufferBytes. A later append tries the disk again, so a disk that is full for a while costs only the records of that
  // while.
  void append(std::span<const std::byte> record);
  [[nodiscard]] std::uint64_t size() const;
  // Copies bytes [first, first + out.size()) that exist; returns how many.
  [[nodiscard]] std::size_t read(std::uint64_t first, std::span<std::byte> out) const;
  // What has been lost and why; empty while every record is there and could be read back.
  [[nodiscard]] std::optional<base::Error> error() const;

  static constexpr std::size_t kBufferBytes = 4096;

 private:
  SpoolFile(int descriptor, std::filesystem::path directory);
  void flush();

  const int descriptor_;
  const std::filesystem::path directory_;  // for messages
  mutable std::mutex mutex_;               // guards all below
  std::array<std::byte, kBufferBytes> buffer_{};
  std::size_t buffered_ = 0;
  std::uint64_t written_ = 0;  // bytes in the file; they never change again, so they are read without the mutex
  std::uint64_t lost_records_ = 0;
  int write_errno_ = 0;
  mutable int read_errno_ = 0;
};

}  // namespace gpubench::series
