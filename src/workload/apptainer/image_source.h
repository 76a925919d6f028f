// Where an image of Apptainer or Charliecloud comes from.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace gpubench::workload {

struct ImageSource {
  enum class Kind : std::uint8_t { file, folder, archive, remote };
  Kind kind = Kind::file;
  std::string path;       // absolute; empty of a remote one
  std::string reference;  // as Apptainer takes it: the path, "docker-archive:/a/b.tar", "docker://debian:12"
};

// An error: there is no such file or folder.
base::Result<ImageSource> find_image_source(const std::string& image);

// "sif:<uuid>", which is new whenever the file is built; empty: not a .sif.
std::string sif_id(const std::string& path);

}  // namespace gpubench::workload
