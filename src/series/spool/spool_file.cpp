#include "series/spool/spool_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace gpubench::series {
namespace {

std::string reason(int error_number) {
  return std::generic_category().message(error_number);
}

// For file systems without O_TMPFILE (overlayfs of old kernels, NFS): the name lives for a moment only.
int open_named_and_unlink(const std::filesystem::path& directory) {
  std::string name = (directory / ".series-XXXXXX").string();
  const int descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor >= 0) unlink(name.c_str());
  return descriptor;
}

int open_unnamed(const std::filesystem::path& directory) {
  const int descriptor = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return descriptor;
  return open_named_and_unlink(directory);
}

}  // namespace

base::Result<std::unique_ptr<SpoolFile>> SpoolFile::create(const std::filesystem::path& directory) {
  const int descriptor = open_unnamed(directory);
  if (descriptor < 0) {
    return base::failure("cannot create a temporary file in " + directory.string() + ": " + reason(errno),
                         "choose a directory that exists and can be written");
  }
  return std::unique_ptr<SpoolFile>(new SpoolFile(descriptor, directory));
}

SpoolFile::SpoolFile(int descriptor, std::filesystem::path directory)
    : descriptor_(descriptor), directory_(std::move(directory)) {}

SpoolFile::~SpoolFile() {
  close(descriptor_);
}

void SpoolFile::append(std::span<const std::byte> record) {
  const std::lock_guard lock(mutex_);
  if (buffered_ + record.size() > kBufferBytes) flush();
  if (buffered_ + record.size() > kBufferBytes) {
    ++lost_records_;
    return;
  }
  std::copy(record.begin(), record.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(buffered_));
  buffered_ += record.size();
}

// Empties the buffer into the file. What a full disk does not accept stays in the buffer, still readable.
void SpoolFile::flush() {
  std::size_t done = 0;
  while (done < buffered_) {
    const ssize_t count = pwrite(descriptor_, buffer_.data() + done, buffered_ - done, static_cast<off_t>(written_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      write_errno_ = count < 0 ? errno : ENOSPC;
      break;
    }
    done += static_cast<std::size_t>(count);
    written_ += static_cast<std::uint64_t>(count);
  }
  std::memmove(buffer_.data(), buffer_.data() + done, buffered_ - done);
  buffered_ -= done;
}

std::uint64_t SpoolFile::size() const {
  const std::lock_guard lock(mutex_);
  return written_ + buffered_;
}

std::size_t SpoolFile::read(std::uint64_t first, std::span<std::byte> out) const {
  std::size_t from_file = 0;
  std::size_t from_buffer = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t end = std::min<std::uint64_t>(written_ + buffered_, first + out.size());
    if (first >= end) return 0;
    from_file = first < written_ ? static_cast<std::size_t>(std::min(end, written_) - first) : 0;
    from_buffer = static_cast<std::size_t>(end - first) - from_file;
    if (from_buffer > 0) std::memcpy(out.data() + from_file, buffer_.data() + (first + from_file - written_), from_buffer);
  }
  // Without the mutex: a slow disk must not delay the writer.
  std::size_t done = 0;
  while (done < from_file) {
    const ssize_t count = pread(descriptor_, out.data() + done, from_file - done, static_cast<off_t>(first + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const int failed = count < 0 ? errno : EIO;
      const std::lock_guard lock(mutex_);
      read_errno_ = failed;
      return done;
    }
    done += static_cast<std::size_t>(count);
  }
  return from_file + from_buffer;
}

std::optional<base::Error> SpoolFile::error() const {
  const std::lock_guard lock(mutex_);
  if (lost_records_ > 0) {
    return base::Error{std::to_string(lost_records_) + " values could not be written to a temporary file in " +
                           directory_.string() + ": " + reason(write_errno_),
                       "free space there or choose another results directory"};
  }
  if (read_errno_ != 0) {
    return base::Error{"a temporary file in " + directory_.string() + " could not be read back: " + reason(read_errno_), ""};
  }
  return std::nullopt;
}

}  // namespace gpubench::series
