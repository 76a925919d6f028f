#include "runs/marks_follower.h"

#include <algorithm>
#include <utility>

#include "platform/regular_file.h"
#include "runs/run_marks.h"

namespace gpubench::runs {

MarksFollower::MarksFollower(std::filesystem::path run, const record::RunFacts& facts)
    : run_(std::move(run)), clock_(marks_clock(facts)) {}

// A log's file is made with its first mark.
void MarksFollower::find_files() {
  for (const std::filesystem::path& path : marks_files(run_)) {
    const bool known = std::any_of(files_.begin(), files_.end(), [&](const File& file) { return file.path == path; });
    if (!known) files_.push_back({path, 0, phases::MarkLines(marks_, clock_, path.filename().string())});
  }
}

void MarksFollower::read() {
  std::uint64_t room = std::uint64_t{1} << 20;
  find_files();
  for (File& file : files_) {
    const auto opened = platform::RegularFile::open(file.path);
    if (!opened || opened->size() <= file.read) continue;
    const std::string bytes = opened->read(file.read, std::min(room, opened->size() - file.read));
    file.lines.read(bytes);
    file.read += bytes.size();
    room -= bytes.size();
  }
}

}  // namespace gpubench::runs
