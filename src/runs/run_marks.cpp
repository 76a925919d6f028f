#include "runs/run_marks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

#include "phases/mark_lines.h"
#include "platform/regular_file.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "marks";
constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kChunk = std::uint64_t{64} << 10;

void read_file(const fs::path& path, phases::MarkCollector& marks, phases::MarkLines lines) {
  const auto file = platform::RegularFile::open(path);
  if (!file) return;
  const std::uint64_t size = std::min(file->size(), kMostBytes);
  for (std::uint64_t at = 0; at < size;) {
    const std::string bytes = file->read(at, std::min(kChunk, size - at));
    if (bytes.empty()) break;
    lines.read(bytes);
    at += bytes.size();
  }
  if (size < file->size())
    ++marks.troubles().too_many;  // at least one more
  else
    lines.finish();
}

}  // namespace

std::vector<fs::path> marks_files(const fs::path& run) {
  constexpr std::size_t kMostFiles = 1000;
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(run / kFolder, error), end; !error && entry != end && files.size() < kMostFiles;
       entry.increment(error))
    files.push_back(entry->path());
  const auto key = [](const fs::path& path) {
    const std::string name = path.filename().string();
    return std::pair(name.size(), name);  // "2" before "10"
  };
  std::sort(files.begin(), files.end(), [&](const fs::path& a, const fs::path& b) { return key(a) < key(b); });
  return files;
}

phases::MachineClock marks_clock(const record::RunFacts& facts) {
  phases::MachineClock clock{{}, 0, facts.anchor};
  if (facts.clock) {
    clock.boot_id = facts.clock->boot_id;
    clock.time_namespace = facts.clock->time_namespace;
  }
  return clock;
}

base::Result<std::vector<fs::path>> make_marks_files(const fs::path& run, std::size_t benchmarks) {
  const fs::path folder = fs::absolute(run) / kFolder;
  // Everybody may pass through the folder, and add to what is in it, whatever the umask.
  if (mkdir(folder.c_str(), 0711) != 0 || chmod(folder.c_str(), 0711) != 0)
    return base::failure("cannot make " + folder.string() + ": " + std::generic_category().message(errno));
  std::vector<fs::path> files;
  for (std::size_t number = 1; number <= benchmarks; ++number) {
    files.push_back(folder / std::to_string(number));
    const int fd = open(files.back().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                        0666);  // NOLINT(cppcoreguidelines-pro-type-vararg)
    const bool made = fd >= 0 && fchmod(fd, 0666) == 0;
    const int why = errno;
    if (fd >= 0) close(fd);
    if (!made) return base::failure("cannot make " + files.back().string() + ": " + std::generic_category().message(why));
  }
  return files;
}

void remove_empty_marks_files(const fs::path& run) {
  std::error_code error;
  for (const fs::path& file : marks_files(run))
    if (fs::is_regular_file(fs::symlink_status(file, error)) && fs::file_size(file, error) == 0) fs::remove(file, error);
  fs::remove(run / kFolder, error);  // fails if there is something in it
}

phases::Marks read_marks(const fs::path& run, const record::RunFacts& facts, base::SteadyTime end) {
  phases::MarkCollector marks;
  const phases::MachineClock clock = marks_clock(facts);
  const std::vector<fs::path> files = marks_files(run);
  const auto is_log = [](const fs::path& file) { return file.filename().string().starts_with("log-"); };
  const bool several = std::count_if(files.begin(), files.end(), [&](const fs::path& file) { return !is_log(file); }) > 1;
  for (const fs::path& file : files)
    read_file(file, marks, phases::MarkLines(marks, clock, several ? file.filename().string() : std::string()));
  return marks.finish(end);
}

}  // namespace gpubench::runs
