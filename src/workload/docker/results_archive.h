// Copies a container's result files out of the tar stream that the engine sends. What a container sends is not trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gpubench::workload {

struct ArchiveLimits {
  std::uint64_t bytes = std::uint64_t{4} << 30;
  std::size_t entries = 20'000;  // many more only delay the container's removal
  std::size_t depth = 32;
  std::uint64_t passed_over = std::uint64_t{256} << 20;  // bytes of skipped members that are read to reach the next
  std::vector<std::string> excluded;                     // patterns of what is not wanted: see is_excluded()
};

// Gives the next piece of the stream, valid until the next call; empty at its end.
using NextPiece = std::function<base::Result<std::string_view>()>;

// Only regular files and directories are made, below `directory` (made when there is something to put in it); hard links to
// an earlier member become copies; all else is listed in skipped.txt, or in excluded.txt. The archive's first path
// component is dropped. Returns whether anything was written.
base::Result<bool> extract_results(const NextPiece& next, const std::filesystem::path& directory,
                                   const ArchiveLimits& limits = {});

// `path` in the archive as a path to be written: first component dropped, control bytes as %XX. Empty: `why` says why it is
// refused ("" for the top directory itself).
std::string safe_relative_path(std::string_view path, std::size_t max_depth, std::string& why);

// Whether a pattern (*, ?, [a-z]) matches the path or a folder above it; one without "/" matches names in any folder.
bool is_excluded(const std::string& relative, const std::vector<std::string>& patterns);

}  // namespace gpubench::workload
