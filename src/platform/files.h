// Files that are there whole or not at all, and locks of those that are in use.
#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <string_view>

#include "base/result.h"

namespace gpubench::platform {

// Writes to a temporary file in the same directory, syncs it and renames it over `path` (mode 0644 less the umask). On
// failure `path` is what it was before and no temporary file is left; the error names path and reason.
base::Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

// The same for a file too large to hold in memory: `write` is called once with a stream in the classic locale.
base::Result<void> stream_file_atomically(const std::filesystem::path& path,
                                          const std::function<void(std::ostream&)>& write);

// Locks the open file or folder (flock(2)) until its last descriptor is closed, also by the end of a killed process. False:
// another process has locked it. Waits up to 50 ms for those who only look. A file system without locks keeps nobody out:
// that is no reason not to work.
[[nodiscard]] bool lock_for_use(int fd);
// Looks whether another opening of it is locked. The look itself is a lock, of microseconds.
[[nodiscard]] bool is_locked_elsewhere(int fd);

// A folder that one process at a time works in: locked for as long as this lives.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // False: another process has it.
  [[nodiscard]] bool is_ours() const { return ours_; }

 private:
  int folder_;
  bool ours_;
};
// A process has locked the folder now.
[[nodiscard]] bool is_folder_in_use(const std::filesystem::path& folder);

// The number of a descriptor that whoever started this program has left open for it; children do not get it.
base::Result<int> take_descriptor(std::string_view text);
// A line for a reader who may be gone.
void write_line_and_close(int descriptor, std::string_view line);

}  // namespace gpubench::platform
