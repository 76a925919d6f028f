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

std::size_t length_of_parent(const std::string& relative) {
  const std::size_t slash = relative.rfind('/');
  return slash == std::string::npos ? 0 : slash;
}

const char* name_in_parent(const std::string& relative) {
  return relative.c_str() + (relative.find('/') == std::string::npos ? 0 : length_of_parent(relative) + 1);
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

base::Result<int> ResultsDirectory::folder_of(const std::string& relative) {
  const std::string parent = relative.substr(0, length_of_parent(relative));
  if (folder_ && folder_path_ == parent) return folder_.get();
  auto opened = directory(parent);
  if (!opened) return base::failure(opened.error());
  folder_ = std::move(*opened);
  folder_path_ = parent;
  return folder_.get();
}

base::Result<Descriptor> ResultsDirectory::create(const std::string& relative, mode_t mode) {
  const auto folder = folder_of(relative);
  if (!folder) return base::failure(folder.error());
  const char* const name = name_in_parent(relative);
  Descriptor file(::openat(*folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file) return system_failure("cannot make the file");
  return file;
}

base::Result<Descriptor> ResultsDirectory::open_file(const std::string& relative) {
  const auto folder = folder_of(relative);
  if (!folder) return base::failure(folder.error());
  Descriptor file(::openat(*folder, name_in_parent(relative), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return system_failure("cannot open the file");
  return file;
}

void ResultsDirectory::remove(const std::string& relative) {
  if (const auto folder = folder_of(relative)) ::unlinkat(*folder, name_in_parent(relative), 0);
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
