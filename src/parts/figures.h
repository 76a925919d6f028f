// What a part's results say, as far as the account of the whole job needs it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"
#include "beside/beside.h"
#include "parts/part.h"

namespace gpubench::parts {

using Json = nlohmann::ordered_json;
inline constexpr int kJsonIndent = 2;  // of metrics.json

// Half-widths, k = 2.
struct Interval {
  base::Energy comparative;
  base::Energy absolute;
};
// Of a sum of energies on different nodes, which are independent of each other: root sum square.
Interval operator+(const Interval& a, const Interval& b);

// A job has thousands: what is only handed on is kept as text, which takes a tenth of the room.
struct Board {
  std::string uuid;
  std::string name = {};
  std::optional<base::Energy> energy = {};
  Interval interval = {};
  std::optional<base::Power> idle_power = {};  // before the benchmark, else after it
  std::string entry = {};                      // what metrics.json says of it, and where, as it is written
};

struct Doubt {
  std::string name;
  std::string text;
  friend bool operator==(const Doubt&, const Doubt&) = default;
  friend auto operator<=>(const Doubt&, const Doubt&) = default;
};

struct PartFigures {
  std::filesystem::path path;
  std::string folder;  // its name
  Part part;
  base::WallTime start;  // by the head's clock, where it is known how the node's differs
  base::WallTime end;
  std::vector<Board> boards;
  std::optional<base::Energy> energy = {};  // of all its boards
  Interval interval = {};
  std::optional<base::Emissions> emissions = {};
  std::optional<base::Emissions> emissions_half_width = {};
  bool used_yearly_factor = false;
  std::vector<Doubt> doubts;
  beside::Beside beside = {};  // the energy, in no sum
  std::string benchmark = {};
  std::string settings = {};  // its metrics.json without the boards and other lists, as JSON
  Json costs = {};            // of these "tool_cost" and "export"
};

// The part.json and metrics.json of a folder.
base::Result<PartFigures> read_figures(const std::filesystem::path& folder);

}  // namespace gpubench::parts
