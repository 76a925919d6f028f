#include "workload/apptainer/image_source.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;

// Of the file's header (SIF specification): a launch script, a magic word, version, architecture, UUID.
constexpr std::size_t kMagicAt = 32;
constexpr std::string_view kMagic = "SIF_MAGIC";
constexpr std::size_t kUuidAt = 48;
constexpr std::size_t kUuidSize = 16;

bool is_archive(std::string_view path) {
  constexpr std::array<std::string_view, 3> kEndings{".tar", ".tar.gz", ".tgz"};
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) { return path.ends_with(ending); });
}

base::Result<ImageSource> at_path(const std::string& path, const std::string& scheme) {
  std::error_code error;
  const std::string absolute = fs::absolute(path, error).lexically_normal().string();
  const fs::file_status status = fs::status(absolute, error);
  if (fs::is_directory(status)) return ImageSource{ImageSource::Kind::folder, absolute, absolute};
  if (!fs::is_regular_file(status))
    return base::failure("there is no image file or folder " + path,
                         "correct the path; --benchmark-image '' lists the images of a container engine, and a URL "
                         "(docker://debian:12) names "
                         "one of a registry");
  if (scheme.empty() && !is_archive(absolute)) return ImageSource{ImageSource::Kind::file, absolute, absolute};
  return ImageSource{ImageSource::Kind::archive, absolute, (scheme.empty() ? "docker-archive:" : scheme) + absolute};
}

}  // namespace

base::Result<ImageSource> find_image_source(const std::string& image) {
  if (image.find("://") != std::string::npos) return ImageSource{ImageSource::Kind::remote, {}, image};
  for (const std::string scheme : {"docker-archive:", "oci-archive:"})
    if (image.starts_with(scheme)) return at_path(image.substr(scheme.size()), scheme);
  return at_path(image, {});
}

std::string sif_id(const std::string& path) {
  std::array<char, kUuidAt + kUuidSize> header{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(header.data(), header.size())) return {};
  if (std::string_view(header.data() + kMagicAt, kMagic.size()) != kMagic) return {};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id = "sif:";
  for (std::size_t i = 0; i < kUuidSize; ++i) {
    const auto byte = static_cast<unsigned char>(header.at(kUuidAt + i));
    if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
    id += {kDigits[byte / 16], kDigits[byte % 16]};
  }
  return id;
}

}  // namespace gpubench::workload
