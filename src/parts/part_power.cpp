#include "parts/part_power.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/json.h"
#include "platform/files.h"
#include "platform/regular_file.h"
#include "runs/json_fields.h"

namespace gpubench::parts {

// A curve as a file has it: milliseconds and tenths of a watt are finer than any picture.
struct CurveLists {
  std::string uuid;
  std::vector<double> seconds = {};
  std::vector<double> watts = {};
  std::vector<std::size_t> gaps = {};  // positions to which no line leads
};

struct PowerLists {
  base::WallTime start;
  std::vector<CurveLists> boards;
};

namespace {

constexpr const char* kPowerFile = "power_curves.json";
constexpr int kPowerSchema = 1;  // raised when a key changes its meaning
constexpr std::uint64_t kLargestPower = std::uint64_t{16} << 20U;

double to_decimals(double value, double scale) {
  return std::round(value * scale) / scale;
}

CurveLists lists_of(const BoardPower& board) {
  CurveLists lists{board.uuid};
  for (const report::CurvePoint& point : board.curve.points) {
    if (point.after_gap) lists.gaps.push_back(lists.seconds.size());
    lists.seconds.push_back(to_decimals(point.seconds, 1000));
    lists.watts.push_back(to_decimals(point.mean, 10));
  }
  return lists;
}

// Throws std::range_error where the lists do not go together.
BoardPower board_of(const CurveLists& lists) {
  if (lists.seconds.size() != lists.watts.size() || !std::is_sorted(lists.seconds.begin(), lists.seconds.end()))
    throw std::range_error("seconds");
  BoardPower board{lists.uuid, {}};
  for (std::size_t i = 0; i < lists.seconds.size(); ++i)
    board.curve.points.push_back({lists.seconds[i], lists.watts[i], lists.watts[i], lists.watts[i], false});
  for (const std::size_t gap : lists.gaps) {
    if (gap >= board.curve.points.size()) throw std::range_error("gaps");
    board.curve.points[gap].after_gap = true;
  }
  return board;
}

}  // namespace

// NOLINTBEGIN(misc-use-anonymous-namespace): found by the types of their second arguments, which needs this namespace.
static void fields(auto& field, runs::Of<CurveLists> auto& curve) {
  field("uuid", curve.uuid);
  field("seconds", curve.seconds);
  field("watts", curve.watts);
  field("gaps", curve.gaps);
}

static void fields(auto& field, runs::Of<PowerLists> auto& power) {
  field("start_ns", power.start);
  field("gpus", power.boards);
}
// NOLINTEND(misc-use-anonymous-namespace)

base::Result<void> write_power(const std::filesystem::path& folder, const PartPower& power) {
  PowerLists lists{power.start, {}};
  for (const BoardPower& board : power.boards) lists.boards.push_back(lists_of(board));
  runs::JsonWriter writer;
  writer("schema_version", kPowerSchema);
  fields(writer, lists);
  return platform::write_file_atomically(folder / kPowerFile, base::json_text(writer.json) + "\n");
}

std::optional<PartPower> read_power(const std::filesystem::path& folder) {
  const auto text = platform::read_regular_file(folder / kPowerFile, kLargestPower);
  if (!text) return std::nullopt;
  const auto json = base::parse_ordered_json(*text);
  if (!json.is_object()) return std::nullopt;
  try {
    if (runs::whole<int>(json.at("schema_version")) != kPowerSchema) return std::nullopt;
    PowerLists lists;
    runs::JsonReader reader(json);
    fields(reader, lists);
    PartPower power{lists.start, {}};
    for (const CurveLists& curve : lists.boards) power.boards.push_back(board_of(curve));
    return power;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  } catch (const std::range_error&) {
    return std::nullopt;
  }
}

}  // namespace gpubench::parts
