// A directory below which files are made without ever following a link.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"

namespace gpubench::workload {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Descriptor() { close(); }
  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  void close() const {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd_ = -1;
};

// Relative paths only, checked by the caller; every component is opened with O_NOFOLLOW all the same.
class ResultsDirectory {
 public:
  static base::Result<ResultsDirectory> open(const std::filesystem::path& path);
  // Opens (and makes) the directory at `relative`; "" is this directory.
  [[nodiscard]] base::Result<Descriptor> directory(const std::string& relative) const;
  // Makes a new file and the directories above it; one that exists is an error.
  [[nodiscard]] base::Result<Descriptor> create(const std::string& relative, mode_t mode);
  [[nodiscard]] base::Result<Descriptor> open_file(const std::string& relative);
  void remove(const std::string& relative);

 private:
  explicit ResultsDirectory(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  // The directory that holds it; stays open for the next of its files, valid until the next call.
  base::Result<int> folder_of(const std::string& relative);
  Descriptor descriptor_;
  Descriptor folder_;
  std::string folder_path_;
};

// Writes all of it.
base::Result<void> write_fully(const Descriptor& file, const char* bytes, std::size_t size);

}  // namespace gpubench::workload
