#include "platform/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <locale>
#include <random>
#include <streambuf>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace gpubench::platform {
namespace {

std::string reason_text(int error_number) {
  return std::generic_category().message(error_number);
}

// A temporary file beside its destination; gone on destruction unless it was put in place.
class PendingFile {
 public:
  explicit PendingFile(const std::filesystem::path& path)
      : prefix_("." + path.filename().string() + "."), folder_(path.parent_path()) {
    remove_leftovers();
    open_new();
  }
  ~PendingFile() {
    if (file_ < 0) return;
    close(file_);
    unlink(name_.c_str());
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  [[nodiscard]] int error() const { return error_; }

  bool write_all(const char* bytes, std::size_t count) {
    while (error_ == 0 && count > 0) {
      const ssize_t written = ::write(file_, bytes, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        error_ = errno;
      } else {
        bytes += written;
        count -= static_cast<std::size_t>(written);
      }
    }
    return error_ == 0;
  }

  // Afterwards error() says whether the file is in place.
  void put_in_place(const std::filesystem::path& path) {
    if (error_ != 0 || file_ < 0) return;
    if (fsync(file_) != 0 || rename(name_.c_str(), path.c_str()) != 0) {
      error_ = errno;
      return;
    }
    close(file_);
    file_ = -1;
  }

 private:
  static constexpr std::size_t kSuffix = 12;  // hexadecimal digits

  // As other files get it, by the umask; mkostemp() leaves no choice.
  void open_new() {
    std::random_device dice;
    for (int tries = 0; tries < 100; ++tries) {
      std::array<char, kSuffix + 1> suffix{};
      std::snprintf(suffix.data(), suffix.size(), "%08x%04x", dice(), dice() & 0xffffU);
      name_ = (folder_ / (prefix_ + suffix.data())).string();
      file_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
      error_ = file_ < 0 ? errno : 0;
      if (error_ != EEXIST) return;
    }
  }

  // Of writers that were killed. One that is at work writes more often than once an hour.
  void remove_leftovers() const {
    std::error_code error;
    std::vector<std::filesystem::path> old;
    const std::filesystem::path where = folder_.empty() ? "." : folder_;
    for (std::filesystem::directory_iterator entry(where, error), end; !error && entry != end; entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      const bool ours = name.size() == prefix_.size() + kSuffix && name.starts_with(prefix_) &&
                        name.find_first_not_of("0123456789abcdef", prefix_.size()) == std::string::npos;
      if (ours && is_old(entry->path())) old.push_back(entry->path());
    }
    for (const std::filesystem::path& path : old) unlink(path.c_str());
  }
  static bool is_old(const std::filesystem::path& path) {
    constexpr time_t kHour = 3600;
    struct stat status{};
    timespec now{};
    return lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && clock_gettime(CLOCK_REALTIME, &now) == 0 &&
           status.st_mtime < now.tv_sec - kHour;
  }

  std::string prefix_;
  std::filesystem::path folder_;
  std::string name_;
  int file_ = -1;
  int error_ = 0;
};

// Buffers an ostream's bytes into a PendingFile, which keeps the reason of a failure.
class PendingFileBuffer final : public std::streambuf {
 public:
  explicit PendingFileBuffer(PendingFile& file) : file_(file) { setp(buffer_.data(), buffer_.data() + buffer_.size()); }

 protected:
  int_type overflow(int_type byte) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(byte, traits_type::eof())) sputc(traits_type::to_char_type(byte));
    return traits_type::not_eof(byte);
  }
  int sync() override {
    const bool done = file_.write_all(pbase(), static_cast<std::size_t>(pptr() - pbase()));
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return done ? 0 : -1;
  }

 private:
  PendingFile& file_;
  std::array<char, 65536> buffer_{};
};

// So that the new name, too, outlives a power cut. Not all file systems can: no failure.
void sync_directory_of(const std::filesystem::path& path) {
  const std::string directory = path.has_parent_path() ? path.parent_path().string() : ".";
  const int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  fsync(file);
  close(file);
}

base::Result<void> finish(PendingFile& file, const std::filesystem::path& path) {
  file.put_in_place(path);
  if (file.error() != 0) return base::failure("could not write " + path.string() + ": " + reason_text(file.error()));
  sync_directory_of(path);
  return {};
}

constexpr int kLockAttempts = 50;
constexpr std::chrono::milliseconds kBetweenLockAttempts{1};

bool lock_is_refused(int fd, int kind) {
  return flock(fd, kind | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace

base::Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  PendingFile file(path);
  file.write_all(bytes.data(), bytes.size());
  return finish(file, path);
}

base::Result<void> stream_file_atomically(const std::filesystem::path& path,
                                          const std::function<void(std::ostream&)>& write) {
  PendingFile file(path);
  if (file.error() == 0) {
    PendingFileBuffer buffer(file);
    std::ostream out(&buffer);
    out.imbue(std::locale::classic());
    write(out);
    out.flush();
  }
  return finish(file, path);
}

base::Result<int> take_descriptor(std::string_view text) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || number <= STDERR_FILENO || fcntl(number, F_SETFD, FD_CLOEXEC) != 0)  // NOLINT(*-vararg)
    return base::failure(std::string(text) + " is not a file descriptor above 2 that is open",
                         "it is for programs that start iris-gpubench with a pipe");
  return number;
}

void write_line_and_close(int descriptor, std::string_view line) {
  const std::string text = std::string(line) + "\n";
  [[maybe_unused]] const ssize_t written = write(descriptor, text.data(), text.size());
  close(descriptor);
}

bool lock_for_use(int fd) {
  for (int attempt = 1; lock_is_refused(fd, LOCK_EX); ++attempt) {
    if (attempt == kLockAttempts) return false;
    std::this_thread::sleep_for(kBetweenLockAttempts);
  }
  return true;
}

bool is_locked_elsewhere(int fd) {
  if (lock_is_refused(fd, LOCK_SH)) return true;
  static_cast<void>(flock(fd, LOCK_UN));
  return false;
}

FolderLock::FolderLock(const std::filesystem::path& folder)
    : folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), ours_(lock_for_use(folder_)) {}

FolderLock::~FolderLock() {
  if (folder_ >= 0) close(folder_);
}

bool is_folder_in_use(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool locked = is_locked_elsewhere(descriptor);
  if (descriptor >= 0) close(descriptor);
  return locked;
}

}  // namespace gpubench::platform
