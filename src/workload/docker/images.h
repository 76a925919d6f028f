// Finding an image by exactly its name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "workload/docker/engine/client.h"
#include "workload/docker/engine/location.h"

namespace gpubench::workload {

struct Image {
  std::string id;                    // "sha256:..."
  std::vector<std::string> tags;     // "name:tag", those of "<none>" left out
  std::vector<std::string> digests;  // "name@sha256:..."
};

base::Result<std::vector<Image>> fetch_images(EngineClient& engine);
// From the engine's answer to GET /images/json.
base::Result<std::vector<Image>> parse_images(std::string_view text);

// The one image that `wanted` names (name without tag: ":latest"; "docker.io/library/", "docker.io/" and "localhost/" may be
// left out where only one image fits then; an id needs 12 hex digits). An error lists the images that there are, or that
// fit.
base::Result<Image> find_image(const std::vector<Image>& images, const std::string& wanted);

// The same, and what only the engine knows to name one of its images: "name:tag@sha256:...", a registry's mirror.
base::Result<Image> find_image(EngineClient& engine, const std::string& wanted);
// Empty: there is none. An error: more than one fits, or the engine does not answer.
base::Result<std::optional<Image>> look_for_image(EngineClient& engine, const std::string& wanted);

// How to name it to the engine: as `wanted` where the engine has that very name (a person then reads it in `docker ps`),
// else by its id.
std::string reference_of(const Image& image, const std::string& wanted);

// The image's own environment, "K=V".
base::Result<std::vector<std::string>> fetch_image_environment(EngineClient& engine, const std::string& image_id);

// Names for a reader, sorted; ":latest" and images with "base" in their name are left out.
std::vector<std::string> runnable_image_names(const std::vector<Image>& images);

// The images that can be run, sorted by name; those with "base" in their name (to build others on) are left out.
base::Result<std::vector<std::string>> list_container_images(const EngineLocation& engine);

}  // namespace gpubench::workload
