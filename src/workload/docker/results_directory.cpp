#include "workload/docker/results_directory.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace gpubench::workload {
namespace {

tl::unexpected<base::Error> system_failure(const std::string& what) {
  return base::failure(what + ": " + std::generic_category().message(errno));
}

std::pair<std::string, std::string> parent_and_name(const std::string& relative) {
  const std::size_t slash = relative.rfind('/');
  if (slash == std::string::npos) return {"", relative};
  return {relative.substr(0, slash), relative.substr(slash + 1)};
}

}  // namespace

base::Result<ResultsDirectory> ResultsDirectory::open(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor) return system_failure("cannot make the directory " + path.string());
  return ResultsDirectory(std::move(descriptor));
}

base::Result<Descriptor> ResultsDirectory::directory(const std::string& relative) const {
  Descriptor current(::openat(descriptor_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::size_t at = 0;
  while (current && at < relative.size()) {
    const std::size_t end = std::min(relative.find('/', at), relative.size());
    const std::string name = relative.substr(at, end - at);
    if (::mkdirat(current.get(), name.c_str(), 0755) != 0 && errno != EEXIST)
      return system_failure("cannot make a directory");
    current = Descriptor(::openat(current.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    at = end + 1;
  }
  if (!current) return system_failure("cannot open a directory");
  return current;
}

base::Result<Descriptor> ResultsDirectory::create(const std::string& relative, mode_t mode) const {
  const auto [parent, name] = parent_and_name(relative);
  const auto above = directory(parent);
  if (!above) return base::failure(above.error());
  Descriptor file(::openat(above->get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file) return system_failure("cannot make the file");
  return file;
}

base::Result<Descriptor> ResultsDirectory::open_file(const std::string& relative) const {
  const auto [parent, name] = parent_and_name(relative);
  const auto above = directory(parent);
  if (!above) return base::failure(above.error());
  Descriptor file(::openat(above->get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return system_failure("cannot open the file");
  return file;
}

void ResultsDirectory::remove(const std::string& relative) const {
  const auto [parent, name] = parent_and_name(relative);
  if (const auto above = directory(parent)) ::unlinkat(above->get(), name.c_str(), 0);
}

base::Result<void> write_fully(const Descriptor& file, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(file.get(), bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return system_failure("cannot write");
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
  return {};
}

}  // namespace gpubench::workload
