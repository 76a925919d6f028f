#include "runs/run_directory.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <random>
#include <system_error>

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;

// Lower-case letters, digits and single hyphens: whatever an image is called, its name cannot leave the folder.
std::string slug(const std::string& text, std::size_t longest) {
  std::string result;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x80 && std::isalnum(byte) != 0)
      result += static_cast<char>(std::tolower(byte));
    else if (!result.empty() && result.back() != '-')
      result += '-';
    if (result.size() >= longest) break;
  }
  while (!result.empty() && result.back() == '-') result.pop_back();
  return result;
}

base::Result<void> make_folders(const fs::path& path) {
  std::error_code error;
  std::error_code unknown;
  fs::create_directories(path, error);
  if (error && fs::is_symlink(fs::symlink_status(path, unknown)) && !fs::exists(path, unknown))
    return base::failure("the results folder " + path.string() + " is a link to a folder that is not there",
                         "make that folder, or choose another with --results-dir");
  if (error && !fs::is_directory(path, unknown))
    return base::failure("cannot make the results folder " + path.string() + ": " + error.message(),
                         "choose another with --results-dir");
  return {};
}

}  // namespace

// Many runs may start in the same microsecond, on one machine or on many, and be sent to one database.
std::string make_run_id(base::WallTime start, const std::string& benchmark) {
  constexpr std::size_t kLongestName = 33;
  const std::string name = slug(benchmark, kLongestName);
  const auto within_second = start - std::chrono::floor<std::chrono::seconds>(start);
  const std::string digits = std::to_string(within_second / std::chrono::nanoseconds(1));
  std::string time = slug(base::utc_compact_text(start), kLongestName);
  time.insert(time.size() - 1, "-" + std::string(9 - digits.size(), '0') + digits);
  return name.empty() ? time : time + "-" + name;
}

base::Result<RunDirectory> make_run_directory(const fs::path& results_dir, const std::string& run_id) {
  std::error_code unknown;
  const bool is_new = !fs::exists(results_dir, unknown);
  if (const auto made = make_folders(results_dir); !made) return base::failure(made.error());
  constexpr int kTries = 999;  // with its longest suffix an id has 64 characters
  for (int attempt = 1; attempt <= kTries; ++attempt) {
    RunDirectory run;
    run.run_id = attempt == 1 ? run_id : run_id + "-" + std::to_string(attempt);
    run.path = results_dir / run.run_id;
    run.is_first = is_new;
    if (mkdir(run.path.c_str(), 0755) == 0) return run;
    if (errno != EEXIST)
      return base::failure(
          "cannot write to the results folder " + results_dir.string() + ": " + std::generic_category().message(errno),
          "choose another with --results-dir");
  }
  return base::failure("too many runs named " + run_id + " in " + results_dir.string());
}

base::Result<void> link_latest(const fs::path& results_dir, const RunDirectory& run) {
  const fs::path latest = results_dir / "latest";
  std::error_code error;
  if (fs::exists(fs::symlink_status(latest, error)) && !fs::is_symlink(fs::symlink_status(latest, error)))
    return base::failure(latest.string() + " is not a link and was left alone");
  // Several processes of a job make the same link at once, so each needs a name of its own for it.
  std::random_device dice;
  const fs::path temporary = results_dir / (".latest-" + std::to_string(dice()) + "-" + std::to_string(dice()));
  fs::create_directory_symlink(run.run_id, temporary, error);
  if (!error) fs::rename(temporary, latest, error);
  if (!error) return {};
  std::error_code ignored;
  fs::remove(temporary, ignored);
  return base::failure("cannot make the link " + latest.string() + ": " + error.message());
}

void discard(const RunDirectory& run) {
  std::error_code ignored;
  const fs::path latest = run.path.parent_path() / "latest";
  if (fs::read_symlink(latest, ignored) == run.run_id) fs::remove(latest, ignored);
  fs::remove_all(run.path, ignored);
  if (run.is_first) fs::remove(run.path.parent_path(), ignored);  // if it is empty
}

}  // namespace gpubench::runs
