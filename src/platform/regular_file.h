// A file of a folder that others may have changed: read only if it is an ordinary file, and no more than is wanted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"

namespace gpubench::platform {

// No link, pipe or device: opening one of those never waits, and none is followed. Open as long as it lives.
class RegularFile {
 public:
  static std::optional<RegularFile> open(const std::filesystem::path& path);
  RegularFile(RegularFile&& other) noexcept;
  ~RegularFile();
  RegularFile& operator=(RegularFile&&) = delete;
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  // When it was opened.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Up to `count` bytes from there on; fewer at its end.
  [[nodiscard]] std::string read(std::uint64_t from, std::uint64_t count) const;

 private:
  RegularFile(int fd, std::uint64_t size) : fd_(fd), size_(size) {}

  int fd_;
  std::uint64_t size_;
};

// All of such a file; empty if there is none, or it is larger than `most` bytes.
std::optional<std::string> read_regular_file(const std::filesystem::path& path, std::uint64_t most);

// All of a file that the user names: links are followed. An error says why it cannot be read: a pipe would be waited for, a
// device has no end.
base::Result<std::string> read_named_file(const std::filesystem::path& path, std::uint64_t most);

}  // namespace gpubench::platform
