#include "carbon/file/read_whole.h"

#include <fstream>

namespace gpubench::carbon {

base::Result<std::string> read_whole(const std::filesystem::path& path) {
  constexpr std::uintmax_t kLargest = std::uintmax_t{16} << 20;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return base::failure(path.string() + (error ? ": " + error.message() : " is not a regular file"));
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return base::failure(path.string() + ": " + error.message());
  if (size > kLargest) return base::failure(path.string() + " is larger than 16 MiB");
  std::ifstream in(path, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in && size > 0) return base::failure(path.string() + " cannot be read");
  return bytes;
}

}  // namespace gpubench::carbon
