#include "workload/docker/images.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/spelling.h"
#include "base/text.h"
#include "base/try.h"

namespace gpubench::workload {
namespace {

constexpr std::size_t kMinIdDigits = 12;  // what `docker images` prints
constexpr std::string_view kIdPrefix = "sha256:";
constexpr std::string_view kLocal = "localhost/";  // Podman's, of an image that was built here

std::string without_hub(std::string_view name) {
  for (const std::string_view prefix : {"docker.io/library/", "docker.io/"}) {
    if (name.substr(0, prefix.size()) == prefix) return std::string(name.substr(prefix.size()));
  }
  return std::string(name);
}

std::string without_default_registry(std::string_view name) {
  return name.starts_with(kLocal) ? std::string(name.substr(kLocal.size())) : without_hub(name);
}

bool has_tag(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  const std::size_t slash = name.rfind('/');  // "host:5000/name" has a port, not a tag
  return colon != std::string_view::npos && (slash == std::string_view::npos || slash < colon);
}

bool is_id_of(std::string_view wanted, std::string_view id) {
  if (wanted.substr(0, kIdPrefix.size()) == kIdPrefix) wanted.remove_prefix(kIdPrefix.size());
  if (id.substr(0, kIdPrefix.size()) == kIdPrefix) id.remove_prefix(kIdPrefix.size());
  return wanted.size() >= kMinIdDigits && wanted.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         id.substr(0, wanted.size()) == wanted;
}

// What an image has of a name, and the image.
struct Named {
  std::string name;
  const Image* image;
};

// Two images of different registries may have the same short name.
base::Result<const Image*> the_only_one(const std::vector<Named>& named, const std::string& wanted) {
  if (named.empty()) return nullptr;
  std::string names;
  bool is_one = true;
  for (const Named& one : named) {
    base::add_item(names, engine_words(one.name), ", ");
    is_one = is_one && one.image->id == named.front().image->id;
  }
  if (is_one) return named.front().image;
  return base::failure("\"" + engine_words(wanted) + "\" fits more than one image: " + names, "name one of them in full");
}

// An exact name comes first: one that was named in full must not lose to another of the same short name.
base::Result<const Image*> look_for_name(const std::vector<Image>& images, const std::string& wanted) {
  const bool is_digest = wanted.find('@') != std::string::npos;
  const std::string full = is_digest || has_tag(wanted) ? wanted : wanted + ":latest";
  std::vector<Named> exact;
  std::vector<Named> meant;
  for (const Image& image : images) {
    for (const std::string& name : is_digest ? image.digests : image.tags) {
      if (name == full) exact.push_back({name, &image});
      if (without_hub(name) == without_hub(full) || name == std::string(kLocal) + full) meant.push_back({name, &image});
    }
  }
  return the_only_one(exact.empty() ? meant : exact, wanted);
}

base::Result<const Image*> look_for_id(const std::vector<Image>& images, const std::string& wanted) {
  const Image* found = nullptr;
  for (const Image& image : images) {
    if (!is_id_of(wanted, image.id)) continue;
    if (found != nullptr) return base::failure("image id " + wanted + " fits more than one image", "give more digits");
    found = &image;
  }
  return found;
}

// Null: there is none.
base::Result<const Image*> look_for(const std::vector<Image>& images, const std::string& wanted) {
  auto found = look_for_name(images, wanted);
  return found && *found == nullptr ? look_for_id(images, wanted) : found;
}

std::vector<std::string> strings_in(const nlohmann::json& image, const char* key) {
  std::vector<std::string> result;
  const auto found = image.find(key);
  if (found == image.end() || !found->is_array()) return result;  // the engine sends null for none
  for (const auto& item : *found) {
    if (item.is_string() && item.get_ref<const std::string&>().find("<none>") == std::string::npos) result.push_back(item);
  }
  return result;
}

bool is_image(const nlohmann::json& item) {
  return item.is_object() && item.contains("Id") && item["Id"].is_string();
}

Image image_of(const nlohmann::json& item) {
  return {item["Id"], strings_in(item, "RepoTags"), strings_in(item, "RepoDigests")};
}

// What may be part of the engine's path. The beginning of an id is none: the engine takes even one digit for an image.
bool is_reference(const std::string& name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:@-";
  const bool allowed =
      !name.empty() && name.find_first_not_of(kAllowed) == std::string::npos && name.find("..") == std::string::npos;
  return allowed && name.find_first_of("/:@") != std::string::npos && name.front() != '-';
}

// In the list, or else by the engine's own knowledge.
base::Result<std::optional<Image>> ask_for(EngineClient& engine, const std::vector<Image>& images,
                                           const std::string& wanted) {
  const auto found = look_for(images, wanted);
  if (!found) return base::failure(found.error());
  if (*found != nullptr) return **found;
  if (!is_reference(wanted)) return std::nullopt;
  const auto answer = engine.get("/images/" + wanted + "/json");
  if (!answer || answer->status != 200) return std::nullopt;
  const auto image = base::parse_json(answer->body);
  return is_image(image) ? std::optional<Image>(image_of(image)) : std::nullopt;
}

base::Error not_found(const std::vector<Image>& images, const std::string& wanted) {
  const std::vector<std::string> names = runnable_image_names(images);
  const std::string list = base::joined(names, ", ");
  constexpr std::size_t kMostOfName = 300;
  const std::string shown = wanted.substr(0, kMostOfName);
  const std::string nearest = base::nearest_word(shown, names);
  return {"there is no image \"" + engine_words(shown) + "\" on this machine" +
              (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
              "; available images: " + (list.empty() ? "none" : list),
          "choose one of these, or build or pull the image first"};
}

}  // namespace

base::Result<std::vector<Image>> fetch_images(EngineClient& engine) {
  const auto answer = engine.get("/images/json");
  if (!answer) return base::failure(answer.error().with_context("could not list the images"));
  if (answer->status != 200) return base::failure("the engine did not list its images: " + engine_words(*answer));
  return parse_images(answer->body);
}

base::Result<std::vector<Image>> parse_images(std::string_view text) {
  const auto json = base::parse_json(text);
  if (!json.is_array()) return base::failure("the engine's list of images is not valid");
  std::vector<Image> images;
  for (const auto& item : json) {
    if (is_image(item)) images.push_back(image_of(item));
  }
  return images;
}

base::Result<std::vector<std::string>> fetch_image_environment(EngineClient& engine, const std::string& image_id) {
  const auto answer = engine.get("/images/" + image_id + "/json");
  if (!answer) return base::failure(answer.error().with_context("could not inspect the image"));
  if (answer->status != 200) return base::failure("the engine did not describe the image: " + engine_words(*answer));
  const auto json = base::parse_json(answer->body);
  if (!json.is_object()) return base::failure("the engine's description of the image is not valid");
  const auto config = json.find("Config");
  if (config == json.end() || !config->is_object()) return std::vector<std::string>();
  return strings_in(*config, "Env");
}

base::Result<Image> find_image(const std::vector<Image>& images, const std::string& wanted) {
  const auto found = look_for(images, wanted);
  if (!found) return base::failure(found.error());
  if (*found == nullptr) return base::failure(not_found(images, wanted));
  return **found;
}

base::Result<Image> find_image(EngineClient& engine, const std::string& wanted) {
  const auto images = fetch_images(engine);
  if (!images) return base::failure(images.error());
  auto found = ask_for(engine, *images, wanted);
  if (!found) return base::failure(found.error());
  if (!*found) return base::failure(not_found(*images, wanted));
  return **std::move(found);
}

base::Result<std::optional<Image>> look_for_image(EngineClient& engine, const std::string& wanted) {
  const auto images = fetch_images(engine);
  if (!images) return base::failure(images.error());
  return ask_for(engine, *images, wanted);
}

std::string reference_of(const Image& image, const std::string& wanted) {
  const std::string full = has_tag(wanted) ? wanted : wanted + ":latest";
  return std::find(image.tags.begin(), image.tags.end(), full) == image.tags.end() ? image.id : wanted;
}

std::vector<std::string> runnable_image_names(const std::vector<Image>& images) {
  std::vector<std::string> names;
  for (const Image& image : images) {
    for (const std::string& tag : image.tags) {
      std::string name = without_default_registry(tag);
      constexpr std::string_view latest = ":latest";
      if (name.size() > latest.size() && name.compare(name.size() - latest.size(), latest.size(), latest) == 0) {
        name.resize(name.size() - latest.size());
      }
      if (name.find("base") == std::string::npos) names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

base::Result<std::vector<std::string>> list_container_images(const EngineLocation& engine) {
  EngineClient client;
  GPUBENCH_TRY(client.connect(engine.host, engine.tls));
  const auto images = fetch_images(client);
  if (!images) return base::failure(images.error());
  return runnable_image_names(*images);
}

}  // namespace gpubench::workload
