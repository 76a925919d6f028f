// A container's results: whatever the tar stream holds, nothing but plain files and directories appears below the directory.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "workload/docker/results_archive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  namespace fs = std::filesystem;
  std::error_code error;
  static const fs::path memory = fs::is_directory("/dev/shm", error) ? fs::path("/dev/shm") : fs::temp_directory_path();
  static const fs::path base = memory / ("results-fuzz-" + std::to_string(getpid()));
  fs::remove_all(base);
  fs::create_directories(base);
  bool sent = false;
  (void)gpubench::workload::extract_results(
      [&]() -> gpubench::base::Result<std::string_view> {
        if (sent) return std::string_view();
        sent = true;
        return std::string_view(reinterpret_cast<const char*>(bytes), size);
      },
      base / "into", {1U << 20U, 1000, 32});
  for (const auto& entry : fs::directory_iterator(base)) {
    if (entry.path().filename() != "into") std::abort();
  }
  for (const auto& entry : fs::recursive_directory_iterator(base)) {
    if (!fs::is_regular_file(entry.symlink_status()) && !fs::is_directory(entry.symlink_status())) std::abort();
  }
  fs::remove_all(base);
  return 0;
}
