#include "series/journal/segment_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "platform/files.h"

namespace gpubench::series {
namespace {

namespace jf = journal_format;

std::string reason(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace

base::Result<std::unique_ptr<SegmentFiles>> SegmentFiles::create(const std::filesystem::path& run_directory,
                                                                 std::string run_id, std::size_t segment_bytes) {
  const std::filesystem::path folder = run_directory / jf::kFolder;
  const auto failed = [&](const char* what) {
    return base::failure(std::string(what) + " " + folder.string() + ": " + reason(errno),
                         "choose another folder with --results-dir");
  };
  if (mkdir(folder.c_str(), 0755) != 0) return failed("cannot make the journal");
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return failed("cannot open the journal");
  std::unique_ptr<SegmentFiles> files(new SegmentFiles(descriptor, std::move(run_id), segment_bytes));
  // Keeps `recover` and `clean` away from a running run.
  static_cast<void>(platform::lock_for_use(descriptor));
  if (!files->open_next(0)) return base::failure(files->write_trouble_, "choose another folder with --results-dir");
  return files;
}

SegmentFiles::~SegmentFiles() {
  if (file_ >= 0) close(file_);
  close(folder_);
}

// Whole or not at all: a header that the disk does not take is no segment.
bool SegmentFiles::open_next(std::uint64_t first_seq) {
  const std::string name = jf::segment_name(segment_ + 1);
  const int file = openat(folder_, name.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) {
    write_trouble_ = "cannot make the journal's segment " + name + ": " + reason(errno);
    return false;
  }
  const auto header = jf::encode_header({segment_ + 1, first_seq, run_id_});
  if (const ssize_t written = pwrite(file, header.data(), header.size(), 0);
      written != static_cast<ssize_t>(header.size())) {
    write_trouble_ = "cannot write the journal's segment " + name + ": " + reason(written < 0 ? errno : ENOSPC);
    close(file);
    unlinkat(folder_, name.c_str(), 0);
    return false;
  }
  if (file_ >= 0) {
    sync();
    close(file_);
  }
  file_ = file;
  ++segment_;
  file_bytes_ = header.size();
  dirty_ = true;
  static_cast<void>(fsync(folder_));  // so that the name outlives a power cut; not all file systems can
  return true;
}

void SegmentFiles::write(const RecordBatch& batch, std::size_t& done) {
  const bool full = file_bytes_ > jf::kHeaderBytes && file_bytes_ >= segment_bytes_;
  if (done == 0 && full && !open_next(batch.first_seq)) return;
  // Part of a record that a full disk accepted is overwritten when there is space again.
  while (done < batch.bytes.size()) {
    const ssize_t count =
        pwrite(file_, batch.bytes.data() + done, batch.bytes.size() - done, static_cast<off_t>(file_bytes_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      write_trouble_ = "cannot write the journal: " + reason(count < 0 ? errno : ENOSPC);
      return;
    }
    done += static_cast<std::size_t>(count);
    file_bytes_ += static_cast<std::uint64_t>(count);
    dirty_ = true;
  }
}

bool SegmentFiles::is_removed() const {
  struct stat status{};
  return fstat(file_, &status) == 0 && status.st_nlink == 0;
}

void SegmentFiles::sync() {
  if (!dirty_) return;
  // After a failure the kernel may have dropped what it could not write, and says so only once: no retry.
  if (fdatasync(file_) != 0) sync_trouble_ = "the journal could not be forced to the disk: " + reason(errno);
  dirty_ = false;
}

}  // namespace gpubench::series
