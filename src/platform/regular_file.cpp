#include "platform/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace gpubench::platform {

std::optional<RegularFile> RegularFile::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  struct stat status{};
  const bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  RegularFile file(fd, regular ? static_cast<std::uint64_t>(status.st_size) : 0);
  if (!regular) return std::nullopt;
  return file;
}

RegularFile::RegularFile(RegularFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

RegularFile::~RegularFile() {
  if (fd_ >= 0) close(fd_);
}

std::string RegularFile::read(std::uint64_t from, std::uint64_t count) const {
  std::string bytes(static_cast<std::size_t>(from < size_ ? std::min(count, size_ - from) : 0), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = pread(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(from + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

std::optional<std::string> read_regular_file(const std::filesystem::path& path, std::uint64_t most) {
  const auto file = RegularFile::open(path);
  if (!file || file->size() > most) return std::nullopt;
  return file->read(0, file->size());
}

base::Result<std::string> read_named_file(const std::filesystem::path& path, std::uint64_t most) {
  std::error_code error;
  const auto refused = [&path](const std::string& why) {
    return base::failure("cannot read " + path.string() + ": " + why);
  };
  const std::filesystem::path there = std::filesystem::canonical(path, error);
  if (error) return refused(error.message());
  if (std::filesystem::is_directory(there, error)) return refused("it is a folder");
  if (!std::filesystem::is_regular_file(there, error)) return refused("it is a pipe or a device");
  const auto file = RegularFile::open(there);
  if (!file) return refused("you may not read it");
  if (file->size() > most) return refused("it is larger than " + std::to_string(most >> 20U) + " MiB");
  return file->read(0, file->size());
}

}  // namespace gpubench::platform
