#include <system_error>

#include "platform/files.h"
#include "runs/nvtx_library.h"

namespace gpubench::runs {
namespace {

constexpr const char* kNvtxFolder = "nvtx";

}  // namespace

base::Result<std::filesystem::path> write_nvtx_library(const std::filesystem::path& run) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::absolute(run) / kNvtxFolder;
  std::error_code error;
  fs::create_directory(folder, error);
  fs::path path = folder / "libiris-gpubench-nvtx.so";
  const auto written = platform::write_file_atomically(path, nvtx_library());
  if (!written) return base::failure(written.error());
  fs::permissions(folder, fs::perms(0711), error);
  fs::permissions(path, fs::perms(0755), error);
  return path;
}

void remove_nvtx_library(const std::filesystem::path& run) {
  std::error_code error;
  std::filesystem::remove_all(run / kNvtxFolder, error);
}

}  // namespace gpubench::runs
