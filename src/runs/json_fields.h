// Records as JSON, each described once. A description is a function
//
//   void fields(auto& field, Of<Record> auto& record) {
//     field("name", record.name);                            // written and wanted
//     field("power_watts", record.power, base::kWatts);      // a quantity in a unit
//     field.newer("note", record.note);                      // written; older files lack it, and it stays as it is
//     field.rare("parts", record.parts);                     // written only where there is something
//   }
//
// in namespace runs, by which a JsonWriter writes and a JsonReader reads; a record may be a field of another.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "base/time.h"
#include "base/unit.h"

namespace gpubench::runs {

using Json = nlohmann::ordered_json;

template <class T, class Record>
concept Of = std::same_as<std::remove_cv_t<T>, Record>;

// How values of a type are written that JSON has no form for.
template <class T>
struct Form {
  Json (*write)(const T&);
  T (*read)(const Json&);
};

// Throws std::range_error for anything but a whole number that T can hold: the library converts 2.5e21 to an integer without
// a look, which no rule of the language covers.
template <class T, class AnyJson>
T whole(const AnyJson& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.template get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())) return static_cast<T>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.template get<std::int64_t>();
    const bool fits =
        number < 0 ? std::numeric_limits<T>::is_signed && number >= static_cast<std::int64_t>(std::numeric_limits<T>::min())
                   : static_cast<std::uint64_t>(number) <= static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if (fits) return static_cast<T>(number);
  }
  throw std::range_error("not a whole number in range");
}

class JsonWriter {
 public:
  template <class T, class... AForm>
  void operator()(const std::string& key, const T& value, const AForm&... form) {
    json[key] = written(value, form...);
  }
  template <class T, class... AForm>
  void newer(const std::string& key, const T& value, const AForm&... form) {
    json[key] = written(value, form...);
  }
  template <class T, class... AForm>
  void rare(const std::string& key, const T& value, const AForm&... form) {
    if (is_there(value)) json[key] = written(value, form...);
  }

  // The kind of note that the record is.
  void note(const char* kind) { json["note"] = kind; }

  Json json = Json::object();

 private:
  template <class T>
  static bool is_there(const std::optional<T>& value) {
    return value.has_value();
  }
  template <class T>
  static bool is_there(const std::vector<T>& values) {
    return !values.empty();
  }
  static bool is_there(bool value) { return value; }
  template <class T, class... AForm>
  static Json written(const std::optional<T>& value, const AForm&... form) {
    return value ? written(*value, form...) : Json(nullptr);
  }
  template <class T, class... AForm>
  static Json written(const std::vector<T>& values, const AForm&... form) {
    Json list = Json::array();
    for (const T& value : values) list.push_back(written(value, form...));
    return list;
  }
  template <class Quantity>
  static Json written(const Quantity& value, const base::Unit<Quantity>& unit) {
    return (value.*unit.number)();
  }
  template <class T>
  static Json written(const T& value, const Form<T>& form) {
    return form.write(value);
  }
  static Json written(base::Duration value) { return value.count(); }
  static Json written(base::SteadyTime value) { return value.time_since_epoch().count(); }
  static Json written(base::WallTime value) { return value.time_since_epoch().count(); }
  template <class T>
  static Json written(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return value;
    } else {
      JsonWriter record;
      fields(record, value);
      return std::move(record.json);
    }
  }
};

// The exceptions of the JSON library leave it, and std::range_error: what is missing, or of another type or range.
class JsonReader {
 public:
  explicit JsonReader(const Json& json) : json_(json) {}

  template <class T, class... AForm>
  void operator()(const std::string& key, T& value, const AForm&... form) {
    read(json_.at(key), value, form...);
  }
  template <class T, class... AForm>
  void newer(const std::string& key, T& value, const AForm&... form) {
    if (json_.contains(key)) read(json_.at(key), value, form...);
  }
  template <class T, class... AForm>
  void rare(const std::string& key, T& value, const AForm&... form) {
    newer(key, value, form...);
  }
  static void note(const char* /*kind*/) {}  // by which the record was chosen

 private:
  template <class T, class... AForm>
  static void read(const Json& json, std::optional<T>& value, const AForm&... form) {
    value.reset();
    if (!json.is_null()) read(json, value.emplace(), form...);
  }
  template <class T, class... AForm>
  static void read(const Json& json, std::vector<T>& values, const AForm&... form) {
    values.clear();
    for (const Json& one : json) read(one, values.emplace_back(), form...);
  }
  template <class Quantity>
  static void read(const Json& json, Quantity& value, const base::Unit<Quantity>& unit) {
    value = unit.make(json.get<double>());
  }
  template <class T>
  static void read(const Json& json, T& value, const Form<T>& form) {
    value = form.read(json);
  }
  static void read(const Json& json, base::Duration& value) { value = base::Duration(whole<std::int64_t>(json)); }
  static void read(const Json& json, base::SteadyTime& value) {
    value = base::SteadyTime(base::Duration(whole<std::int64_t>(json)));
  }
  static void read(const Json& json, base::WallTime& value) {
    value = base::WallTime(base::Duration(whole<std::int64_t>(json)));
  }
  template <class T>
  static void read(const Json& json, T& value) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      value = whole<T>(json);
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      value = json.get<T>();
    } else {
      JsonReader record(json);
      fields(record, value);
    }
  }

  const Json& json_;
};

}  // namespace gpubench::runs
