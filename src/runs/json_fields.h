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
#include <string_view>
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

// Throw std::range_error for anything but a whole number between the two: the library converts 2.5e21 to an integer without
// a look, which no rule of the language covers.
std::int64_t whole_number(const Json& value, std::int64_t least, std::int64_t most);
std::uint64_t whole_number(const Json& value, std::uint64_t most);

template <class T>
T whole(const Json& value) {
  using Limits = std::numeric_limits<T>;
  if constexpr (Limits::is_signed)
    return static_cast<T>(whole_number(value, Limits::min(), Limits::max()));
  else
    return static_cast<T>(whole_number(value, Limits::max()));
}

// The JSON library's templates are slow to compile, so what every field needs of them stands in json_fields.cpp.
Json json_of(bool value);
Json json_of(double value);
Json json_of(std::int64_t value);
Json json_of(std::uint64_t value);
Json json_of(const std::string& value);
void read_plain(const Json& json, bool& value);
void read_plain(const Json& json, double& value);
void read_plain(const Json& json, std::string& value);

class JsonWriter {
 public:
  template <class T, class... AForm>
  void operator()(std::string_view key, const T& value, const AForm&... form) {
    put(key, written(value, form...));
  }
  template <class T, class... AForm>
  void newer(std::string_view key, const T& value, const AForm&... form) {
    put(key, written(value, form...));
  }
  template <class T, class... AForm>
  void rare(std::string_view key, const T& value, const AForm&... form) {
    if (is_there(value)) put(key, written(value, form...));
  }

  // The kind of note that the record is.
  void note(const char* kind) { put("note", json_of(std::string(kind))); }

  Json json = Json::object();

 private:
  void put(std::string_view key, Json&& value);
  static void append(Json& list, Json&& value);
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
    for (const T& value : values) append(list, written(value, form...));
    return list;
  }
  template <class Quantity>
  static Json written(const Quantity& value, const base::Unit<Quantity>& unit) {
    return json_of((value.*unit.number)());
  }
  template <class T>
  static Json written(const T& value, const Form<T>& form) {
    return form.write(value);
  }
  static Json written(base::Duration value) { return whole_of(value.count()); }
  static Json written(base::SteadyTime value) { return whole_of(value.time_since_epoch().count()); }
  static Json written(base::WallTime value) { return whole_of(value.time_since_epoch().count()); }
  template <class T>
  static Json whole_of(T value) {
    if constexpr (std::is_signed_v<T>)
      return json_of(static_cast<std::int64_t>(value));
    else
      return json_of(static_cast<std::uint64_t>(value));
  }
  template <class T>
  static Json written(const T& value) {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
      return json_of(value);
    } else if constexpr (std::is_floating_point_v<T>) {
      return json_of(static_cast<double>(value));
    } else if constexpr (std::is_integral_v<T>) {
      return whole_of(value);
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
  void operator()(std::string_view key, T& value, const AForm&... form) {
    read(at(key), value, form...);
  }
  template <class T, class... AForm>
  void newer(std::string_view key, T& value, const AForm&... form) {
    if (const Json* const json = find(key)) read(*json, value, form...);
  }
  template <class T, class... AForm>
  void rare(std::string_view key, T& value, const AForm&... form) {
    newer(key, value, form...);
  }
  static void note(const char* /*kind*/) {}  // by which the record was chosen

 private:
  [[nodiscard]] const Json& at(std::string_view key) const;
  [[nodiscard]] const Json* find(std::string_view key) const;  // null: not there
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
  template <class T>
  static void read(const Json& json, std::vector<T>& values, const Form<T>& form) {
    values.clear();
    for (const Json& one : json) values.push_back(form.read(one));
  }
  template <class Quantity>
  static void read(const Json& json, Quantity& value, const base::Unit<Quantity>& unit) {
    double number = 0;
    read_plain(json, number);
    value = unit.make(number);
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
      read_plain(json, value);
    } else {
      JsonReader record(json);
      fields(record, value);
    }
  }

  const Json& json_;
};

}  // namespace gpubench::runs
