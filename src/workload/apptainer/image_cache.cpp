#include "workload/apptainer/image_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <system_error>
#include <utility>

#include "base/environment.h"
#include "base/try.h"
#include "platform/child_process.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/process.h"
#include "platform/readable.h"
#include "workload/apptainer/engine_words.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr base::Duration kLongestConversion = std::chrono::hours(2);

// Where the user keeps the engine's own, which may be large; else the usual place.
fs::path cache_folder(const std::vector<std::string>& environment) {
  for (const char* name : {"APPTAINER_CACHEDIR", "SINGULARITY_CACHEDIR", "XDG_CACHE_HOME"})
    if (const std::string folder = base::variable_of(environment, name); folder.starts_with('/'))
      return fs::path(folder) / "iris-gpubench";
  return fs::path(base::variable_of(environment, "HOME")) / ".cache/iris-gpubench";
}

// Another archive of the same name, or another state of it, has another name here.
std::string cached_name(const ImageSource& source) {
  const std::string& reference = source.reference;
  std::string name = reference.substr(reference.find_last_of("/:") + 1);
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  std::replace_if(name.begin(), name.end(), [&](char c) { return !is_plain(c); }, '_');
  std::string state = reference;
  struct stat file{};
  if (!source.path.empty() && stat(source.path.c_str(), &file) == 0)
    state += "/" + std::to_string(file.st_ino) + "/" + std::to_string(file.st_size) + "/" +
             std::to_string(file.st_mtim.tv_sec) + "." + std::to_string(file.st_mtim.tv_nsec);
  return name + "-" + std::to_string(std::hash<std::string>()(state)) + ".sif";
}

// Whoever holds it makes the image; released also by a process that is killed.
class ImageLock {
 public:
  explicit ImageLock(const fs::path& path)
      : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {}  // NOLINT(cppcoreguidelines-pro-type-vararg)
  ~ImageLock() {
    if (file_ >= 0) close(file_);
  }
  ImageLock(const ImageLock&) = delete;
  ImageLock& operator=(const ImageLock&) = delete;
  // Where there are no locks several may make it, and the last one's stays.
  [[nodiscard]] bool taken() const { return platform::lock_for_use(file_); }

 private:
  int file_;
};

base::Result<void> wait_for(const ImageLock& lock, const ApptainerOptions& options) {
  const platform::SystemClock clock;
  const base::SteadyTime deadline = clock.now() + kLongestConversion;
  for (bool told = false; !lock.taken(); told = true) {
    if (!told && options.tell) options.tell("waiting for the image, which another process is making");
    if (platform::becomes_readable(options.interrupt_fd, 100ms))
      return base::failure("interrupted while waiting for the image");
    if (clock.now() >= deadline) return base::failure("another process has been making the image for two hours");
  }
  return {};
}

base::Result<void> make_image(const ApptainerOptions& options, const ImageSource& source, const fs::path& target) {
  const bool is_remote = source.kind == ImageSource::Kind::remote;
  if (options.tell)
    options.tell((is_remote ? "fetching " : "converting ") + source.reference + (is_remote ? "" : " to a .sif, once"));
  const std::string partial = target.string() + ".part-" + std::to_string(platform::own_process_id());
  platform::ChildRequest request;
  request.argv = {options.program, "--nocolor", is_remote ? "pull" : "build", "--force", partial, source.reference};
  request.timeout = kLongestConversion;
  request.max_error_bytes = std::size_t{64} << 10;
  request.interrupt_fd = options.interrupt_fd;
  const auto made = platform::run_child(request);
  std::error_code error;
  if (made && made->exit_code == 0) {
    fs::rename(partial, target, error);
    if (!error) return {};
    return base::failure("cannot keep the image as " + target.string() + ": " + error.message());
  }
  fs::remove(partial, error);
  const std::string words = made ? engine_reason(made->error) : made.error().error.message;
  return base::failure(options.program + " could not make an image of " + source.reference + ": " + words,
                       is_remote
                           ? "check the name and the network, or log in with \"" + options.program + " registry login\""
                           : R"(check that it is an archive as "docker save" or "podman save" writes it)");
}

}  // namespace

base::Result<std::string> cached_image(const ApptainerOptions& options, const ImageSource& source) {
  const fs::path folder = cache_folder(options.environment);
  const fs::path image = folder / cached_name(source);
  const bool is_remote = source.kind == ImageSource::Kind::remote;
  const PullPolicy pull = is_remote ? options.settings.pull : PullPolicy::missing;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return base::failure("cannot make the folder " + folder.string() + " for images: " + error.message(),
                         "name another folder with APPTAINER_CACHEDIR");
  const ImageLock lock(image.string() + ".lock");
  GPUBENCH_TRY(wait_for(lock, options));
  const bool is_there = fs::exists(image, error);
  if (is_there && pull != PullPolicy::always) return image.string();
  if (pull == PullPolicy::never)
    return base::failure(source.reference + " was not fetched yet", "add --pull missing, or give a .sif file");
  GPUBENCH_TRY(make_image(options, source, image));
  return image.string();
}

}  // namespace gpubench::workload
