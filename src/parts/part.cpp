#include "parts/part.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "base/json.h"
#include "platform/files.h"
#include "platform/regular_file.h"
#include "runs/json_fields.h"

namespace gpubench::parts {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPartFile = "part.json";
constexpr int kPartSchema = 1;  // raised when a key changes its meaning
constexpr std::uint64_t kLargestPart = std::uint64_t{64} << 20U;
constexpr std::size_t kLongestId = 64;  // runs::RunDirectory

}  // namespace

// NOLINTBEGIN(misc-use-anonymous-namespace): found by the types of their second arguments, which needs this namespace.
static void fields(auto& field, runs::Of<NodeClock> auto& clock) {
  field("synchronised", clock.synchronised);
  field("largest_error_ns", clock.largest_error);
}

static void fields(auto& field, runs::Of<ClockOffset> auto& clock) {
  field("offset_ns", clock.offset);
  field("bound_ns", clock.bound);
  field("change_ns", clock.change);
}

static void fields(auto& field, runs::Of<RankRun> auto& rank) {
  field("rank", rank.rank);
  field("start_ns", rank.start);
  field("end_ns", rank.end);
  field("exit_code", rank.exit_code);
  field("gpus", rank.boards);
}

static void fields(auto& field, runs::Of<Part> auto& part) {
  field("group", part.group);
  field("launcher", part.launcher);
  field("tool_version", part.tool_version);
  field("node", part.node);
  field("node_number", part.node_number);
  field("nodes", part.nodes);
  field("ranks", part.ranks);
  field("gpus_allocated", part.gpus_allocated);
  field("clock", part.clock);
  field.rare("head", part.head);
  field.rare("agent", part.agent);
  field.rare("clock_offset", part.clock_offset);
  field("ran", part.ran);
  field("ended", part.ended);
}
// NOLINTEND(misc-use-anonymous-namespace)

namespace {

base::Result<Part> parse_part(const std::string& text, const std::string& file) {
  const auto damaged = [&] {
    return base::failure(file + " is damaged", "leave this folder out; its run can still be read by itself");
  };
  const auto json = base::parse_ordered_json(text);
  if (!json.is_object()) return damaged();
  try {
    if (const auto schema = runs::whole<int>(json.at("schema_version")); schema != kPartSchema)
      return base::failure(
          file + " has the version " + std::to_string(schema) + ", this program knows " + std::to_string(kPartSchema),
          "merge with the version of iris-gpubench that measured the job");
    Part part;
    runs::JsonReader reader(json);
    fields(reader, part);
    return part;
  } catch (const nlohmann::json::exception&) {
    return damaged();
  } catch (const std::range_error&) {
    return damaged();
  }
}

// FNV-1a: the same on all nodes.
std::string hash_of(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{:08x}", hash);
}

// Letters, digits and single hyphens. What is cut ends with a hash of the whole: names often differ at their ends only.
std::string short_id(const std::string& text, std::size_t longest) {
  std::string id;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && std::isalnum(byte) != 0)
      id += static_cast<char>(std::tolower(byte));
    else if (!id.empty() && id.back() != '-')
      id += '-';
  }
  const auto trim = [&] {
    while (!id.empty() && id.back() == '-') id.pop_back();
  };
  trim();
  if (id.size() <= longest) return id;
  const std::string hash = hash_of(text);
  id.resize(longest - hash.size() - 1);
  trim();
  return id + "-" + hash;
}

}  // namespace

base::Result<void> write_part(const fs::path& folder, const Part& part) {
  runs::JsonWriter writer;
  writer("schema_version", kPartSchema);
  fields(writer, part);
  return platform::write_file_atomically(folder / kPartFile, base::json_text(writer.json, 2) + "\n");
}

base::Result<Part> read_part(const fs::path& folder) {
  const std::string file = (folder / kPartFile).string();
  const auto text = platform::read_regular_file(folder / kPartFile, kLargestPart);
  if (!text) return base::failure("cannot read " + file, "name folders of parts, or the folder of a whole job");
  return parse_part(*text, file);
}

bool is_part(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / kPartFile, error);
}

base::Result<runs::RunDirectory> make_part_directory(const fs::path& results_dir, const Part& part) {
  const std::string group = id_of(part.group);
  const std::string number = part.node_number ? std::to_string(*part.node_number) + "-" : std::string();
  const std::string name = part.head ? kHeadFolder : number + short_id(part.node, kLongestId);
  auto made = runs::make_run_directory(results_dir / group / "nodes", name);
  if (!made) return base::failure(made.error());
  const std::string job = short_id(group, kLongestId - std::min(kLongestId / 2, made->run_id.size() + 1));
  made->run_id = job + "-" + short_id(made->run_id, kLongestId - job.size() - 1);
  return made;
}

std::string id_of(const std::string& group) {
  return short_id(group, kLongestId);
}

fs::path group_folder(const fs::path& part_folder) {
  return part_folder.parent_path().parent_path();
}

}  // namespace gpubench::parts
