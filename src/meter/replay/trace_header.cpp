#include "meter/replay/trace_header.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <type_traits>

#include "base/json.h"
#include "meter/gpu_limits.h"

namespace gpubench::meter {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "iris-gpubench-trace";
constexpr int kVersion = 1;
constexpr std::size_t kMostGpus = 64;
constexpr std::size_t kLongestText = 200;
constexpr double kGreatestNumber = 1e15;

// visit(key, member, unit) of each figure that the driver may tell.
template <class Visit>
void for_each_figure(Visit visit) {
  for_each_limit([&](std::string_view name, auto member, const auto& unit) {
    using Unit = std::decay_t<decltype(unit)>;
    const std::string key(name);
    if constexpr (std::is_same_v<Unit, base::Unit<base::Power>>)
      visit(key + "_mw", member, base::kMilliwatts);
    else if constexpr (std::is_same_v<Unit, base::Unit<base::Temperature>>)
      visit(key + "_temperature_c", member, unit);
    else
      visit(key + "_" + std::string(unit.name), member, unit);
  });
}

// Reads the members of one JSON object and remembers the first thing wrong with it. Every key must be known.
class Reader {
 public:
  Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) fail(where_ + " is not an object");
  }

  // Printable text: it goes to terminals and into reports.
  std::string text(const std::string& key, bool required) {
    const Json* value = find(key, required);
    if (value == nullptr) return {};
    if (!value->is_string()) return fail(where_ + "." + key + " is not a text"), "";
    const auto& text = value->get_ref<const std::string&>();
    const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
    if (text.size() > kLongestText || std::any_of(text.begin(), text.end(), control)) {
      return fail(where_ + "." + key + " is too long or not printable"), "";
    }
    return text;
  }

  std::optional<double> number(const std::string& key, bool required) {
    const Json* value = find(key, required);
    if (value == nullptr) return {};
    if (!value->is_number_integer() || std::abs(value->get<double>()) > kGreatestNumber) {
      return fail(where_ + "." + key + " is not a whole number"), std::nullopt;
    }
    return value->get<double>();
  }

  const Json* find(const std::string& key, bool required) {
    known_.insert(key);
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    if (required) fail(where_ + "." + key + " is missing");
    return nullptr;
  }

  // The first thing wrong; empty if nothing is. Call it last: it also looks for unknown keys.
  std::string problem() {
    if (problem_.empty() && object_.is_object()) {
      for (const auto& [key, value] : object_.items()) {
        if (!known_.contains(key)) fail(where_ + " has an unknown key");
      }
    }
    return problem_;
  }

 private:
  void fail(const std::string& problem) {
    if (problem_.empty()) problem_ = problem;
  }

  const Json& object_;
  std::string where_;
  std::set<std::string, std::less<>> known_;
  std::string problem_;
};

base::Result<GpuDescription> parse_gpu(const Json& json) {
  Reader reader(json, "gpus[]");
  GpuDescription gpu;
  const double index = reader.number("index", true).value_or(0);
  gpu.name = reader.text("name", true);
  gpu.uuid = reader.text("uuid", true);
  gpu.pci_bus_id = reader.text("pci_bus_id", true);
  for_each_figure([&](const std::string& key, auto member, const auto& unit) {
    if (const auto number = reader.number(key, false)) gpu.*member = unit.make(*number);
  });
  std::string wrong_timing;
  for_each_timing([&](const std::string& name, auto member) {
    const auto number = reader.number(name + "_us", false);
    if (!number) return;
    gpu.sensor.*member = std::chrono::microseconds(std::llround(*number));
    if (*number <= 0 || gpu.sensor.*member > kLongestTiming) wrong_timing = "gpus[]." + name + "_us is out of range";
  });
  if (const std::string problem = reader.problem(); !problem.empty()) return base::failure(problem);
  if (!wrong_timing.empty()) return base::failure(wrong_timing);
  if (index < 0 || index > 1e6) return base::failure("gpus[].index is out of range");
  gpu.index = static_cast<int>(index);
  return gpu;
}

base::Result<TraceOrigin> parse_origin(const Json& json) {
  Reader reader(json, "recorded");
  TraceOrigin origin;
  origin.gpu = reader.text("gpu", true);
  origin.driver = reader.text("driver", true);
  origin.source = reader.text("source", true);
  origin.date = reader.text("date", true);
  origin.note = reader.text("note", false);
  if (const std::string problem = reader.problem(); !problem.empty()) return base::failure(problem);
  return origin;
}

base::Result<void> check_format(Reader& top) {
  if (top.text("format", true) != kFormat)
    return base::failure("this is not a trace: \"format\" is not " + std::string(kFormat));
  if (top.number("version", true) != kVersion) {
    return base::failure("only version " + std::to_string(kVersion) + " of the trace format is supported");
  }
  return {};
}

Json number_json(double value) {
  return std::llround(value);
}

// Text of the driver may hold anything; the parser is strict about what it prints later.
std::string printable(const std::string& text) {
  std::string result = text.substr(0, kLongestText);
  for (char& c : result) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return result;
}

}  // namespace

bool names_the_format(std::string_view line) {
  return line.find(kFormat) != std::string_view::npos;
}

base::Result<Trace> parse_trace_header(std::string_view line) {
  const Json json = base::parse_ordered_json(line);
  if (json.is_discarded()) return base::failure("the header is not JSON");
  Reader top(json, "header");
  if (auto checked = check_format(top); !checked) return base::failure(checked.error());
  const Json* recorded = top.find("recorded", true);
  const Json* gpus = top.find("gpus", true);
  if (const std::string problem = top.problem(); !problem.empty()) return base::failure(problem);
  Trace trace;
  auto origin = parse_origin(*recorded);
  if (!origin) return base::failure(origin.error());
  trace.recorded = std::move(*origin);
  if (!gpus->is_array() || gpus->empty() || gpus->size() > kMostGpus) {
    return base::failure("gpus is not a list of 1 to " + std::to_string(kMostGpus) + " GPUs");
  }
  for (const Json& gpu : *gpus) {
    auto description = parse_gpu(gpu);
    if (!description) return base::failure(description.error());
    trace.gpus.push_back({std::move(*description), {}, {}, {}});
  }
  return trace;
}

std::string header_line(const TraceOrigin& recorded, const std::vector<GpuDescription>& gpus) {
  Json list = Json::array();
  for (const GpuDescription& gpu : gpus) {
    Json json = {{"index", gpu.index},
                 {"name", printable(gpu.name)},
                 {"uuid", printable(gpu.uuid)},
                 {"pci_bus_id", printable(gpu.pci_bus_id)}};
    for_each_figure([&](const std::string& key, auto member, const auto& unit) {
      const auto& value = gpu.*member;
      if (value) json[key] = number_json(((*value).*unit.number)());
    });
    for_each_timing([&](const std::string& name, auto member) {
      if (const base::Duration time = gpu.sensor.*member; time != SensorTiming{}.*member)
        json[name + "_us"] = time / std::chrono::microseconds(1);
    });
    list.push_back(std::move(json));
  }
  Json origin = {{"gpu", printable(recorded.gpu)},
                 {"driver", printable(recorded.driver)},
                 {"source", printable(recorded.source)},
                 {"date", printable(recorded.date)}};
  if (!recorded.note.empty()) origin["note"] = printable(recorded.note);
  const Json header = {{"format", kFormat}, {"version", kVersion}, {"recorded", origin}, {"gpus", list}};
  return base::json_text(header) + "\n";
}

}  // namespace gpubench::meter
