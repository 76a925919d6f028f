#include <system_error>
#include <utility>

#include "platform/files.h"
#include "runs/marks_client.h"

namespace gpubench::runs {
namespace {

constexpr const char* kClientFolder = "marks_client";

}  // namespace

base::Result<std::string> write_marks_client(const std::filesystem::path& run) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::absolute(run) / kClientFolder;
  std::error_code error;
  fs::create_directory(folder, error);
  for (const auto& [name, text] :
       {std::pair("iris_gpubench_marks.py", marks_client_py()), std::pair("iris_gpubench_marks.h", marks_client_h()),
        std::pair("iris_gpubench_marks.sh", marks_client_sh())}) {
    const fs::path path = folder / name;
    const auto written = platform::write_file_atomically(path, text);
    if (!written) return base::failure(written.error());
    fs::permissions(path, fs::perms(0644), error);
  }
  fs::permissions(folder, fs::perms(0755), error);
  return folder.string();
}

void remove_marks_client(const std::filesystem::path& run) {
  std::error_code error;
  std::filesystem::remove_all(run / kClientFolder, error);
}

}  // namespace gpubench::runs
