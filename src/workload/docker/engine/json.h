// Reading what an engine, or a file of Docker's, says in JSON: what is not there, or of another type, is empty.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace gpubench::workload {

// The member of that name; null where there is none.
inline const nlohmann::json& member(const nlohmann::json& object, const char* key) {
  static const nlohmann::json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

inline std::string text(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace gpubench::workload
