#include "runs/json_fields.h"

namespace gpubench::runs {

std::int64_t whole_number(const Json& value, std::int64_t least, std::int64_t most) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(most)) return static_cast<std::int64_t>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (number >= least && number <= most) return number;
  }
  throw std::range_error("not a whole number in range");
}

std::uint64_t whole_number(const Json& value, std::uint64_t most) {
  // A negative number that was read is of the signed kind; one that was written from a signed value may be either.
  const bool positive = value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
  if (positive && value.get<std::uint64_t>() <= most) return value.get<std::uint64_t>();
  throw std::range_error("not a whole number in range");
}

Json json_of(bool value) {
  return value;
}
Json json_of(double value) {
  return value;
}
Json json_of(std::int64_t value) {
  return value;
}
Json json_of(std::uint64_t value) {
  return value;
}
Json json_of(const std::string& value) {
  return value;
}

void read_plain(const Json& json, bool& value) {
  value = json.get<bool>();
}
void read_plain(const Json& json, double& value) {
  value = json.get<double>();
}
void read_plain(const Json& json, std::string& value) {
  value = json.get<std::string>();
}

void JsonWriter::put(std::string_view key, Json&& value) {
  json[std::string(key)] = std::move(value);
}
void JsonWriter::append(Json& list, Json&& value) {
  list.push_back(std::move(value));
}

const Json& JsonReader::at(std::string_view key) const {
  return json_.at(std::string(key));
}
const Json* JsonReader::find(std::string_view key) const {
  const auto found = json_.find(std::string(key));
  return found == json_.end() ? nullptr : &*found;
}

}  // namespace gpubench::runs
