#include "carbon/file/slot_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/byte_order_mark.h"
#include "base/json.h"
#include "base/text.h"
#include "carbon/file/csv.h"
#include "carbon/utc_time.h"

namespace gpubench::carbon {
namespace {

using Json = nlohmann::json;

constexpr double kHighestIntensity = 10000;  // far above any grid; catches kg, tonnes and typing errors
constexpr std::size_t kLongestExcerpt = 40;
constexpr std::size_t kLongestSource = 200;
// A yearly factor is what stands in for an intensity that is not known: no file can make one of it.
constexpr std::array kKinds{IntensityKind::forecast, IntensityKind::actual, IntensityKind::marginal,
                            IntensityKind::user_value};

std::string quoted(std::string_view text) {
  return "\"" + base::excerpt(text, kLongestExcerpt) + "\"";
}

base::Result<IntensityKind> parse_kind(std::string_view text) {
  if (text.empty()) return IntensityKind::user_value;
  const auto* const found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](IntensityKind kind) { return kind_text(kind) == text; });
  if (found == kKinds.end())
    return base::failure("unknown kind " + quoted(text), "forecast, actual, marginal or user value");
  return *found;
}

// One entry as text, before it is checked.
struct Entry {
  std::string_view from, to, kind, source, fetched;
  std::optional<double> grams;
};

base::Result<IntensitySlot> checked(const Entry& entry) {
  const auto from = parse_utc_time(entry.from);
  if (!from) return base::failure(from.error());
  const auto to = parse_utc_time(entry.to);
  if (!to) return base::failure(to.error());
  if (*from >= *to) return base::failure(R"("to" is not later than "from")");
  if (!entry.grams || !std::isfinite(*entry.grams) || *entry.grams < 0 || *entry.grams > kHighestIntensity)
    return base::failure("g_per_kwh is not a number from 0 to 10000");
  const auto kind = parse_kind(entry.kind);
  if (!kind) return base::failure(kind.error());
  IntensitySlot slot{*from,
                     *to,
                     base::CarbonIntensity::from_grams_per_kilowatt_hour(*entry.grams),
                     *kind,
                     base::one_line(entry.source, kLongestSource),
                     {}};
  if (!entry.fetched.empty()) {
    const auto fetched = parse_utc_time(entry.fetched);
    if (!fetched) return base::failure(fetched.error());
    slot.fetched = *fetched;
  }
  return slot;
}

base::Result<std::vector<IntensitySlot>> sorted(std::vector<IntensitySlot> slots) {
  if (slots.empty()) return base::failure("no intensities in it");
  std::sort(slots.begin(), slots.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  for (std::size_t i = 1; i < slots.size(); ++i)
    if (slots[i].from < slots[i - 1].to)
      return base::failure("two intensities for the same time, " + base::utc_text(slots[i].from));
  return slots;
}

// No value is known for this time: the service that the table comes from had none. Anything else that is no number is a slip
// that is better found than passed over.
bool is_unknown(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower.empty() || lower == "nan" || lower == "null";
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

// The position of each column by its header; npos: none.
struct Columns {
  std::size_t from, to, grams, kind, source;
  std::size_t count;
  [[nodiscard]] bool complete() const { return std::max({from, to, grams}) != std::string_view::npos; }
};

Columns columns_of(const std::vector<std::string>& names) {
  const auto at = [&](std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::string_view::npos : static_cast<std::size_t>(found - names.begin());
  };
  return {at("from"), at("to"), at("g_per_kwh"), at("kind"), at("source"), names.size()};
}

// Empty: no value is known for its time.
base::Result<std::optional<IntensitySlot>> parse_row(const CsvRow& row, const Columns& columns) {
  if (row.cells.size() != columns.count)
    return base::failure(std::to_string(row.cells.size()) + " cells, but the header has " + std::to_string(columns.count));
  const auto cell = [&](std::size_t column) {
    return column < row.cells.size() ? std::string_view(row.cells[column]) : std::string_view();
  };
  if (is_unknown(cell(columns.grams))) return std::optional<IntensitySlot>();
  auto slot = checked(
      {cell(columns.from), cell(columns.to), cell(columns.kind), cell(columns.source), {}, number(cell(columns.grams))});
  if (!slot) return base::failure(slot.error());
  return std::optional(*std::move(slot));
}

base::Result<std::vector<IntensitySlot>> parse_csv(std::string_view text) {
  CsvReader reader(text);
  std::optional<Columns> columns;
  std::vector<IntensitySlot> slots;
  for (;;) {
    const auto row = reader.next();
    if (!row) return base::failure(row.error());
    if (!*row) return sorted(std::move(slots));
    const std::string line = "line " + std::to_string((*row)->line);
    if (!columns) {
      columns = columns_of((*row)->cells);
      if (!columns->complete()) return base::failure(line + ": the header does not name from, to and g_per_kwh");
      continue;
    }
    auto slot = parse_row(**row, *columns);
    if (!slot) return base::failure(slot.error().with_context(line));
    if (*slot) slots.push_back(**std::move(slot));
  }
}

std::string_view text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? std::string_view(found->get_ref<const std::string&>())
                                                     : std::string_view();
}

// Its value is null, as that of a service which knows none for this time.
bool is_unknown(const Json& object) {
  const auto grams = object.is_object() ? object.find("g_per_kwh") : object.end();
  return grams != object.end() && grams->is_null();
}

base::Result<IntensitySlot> parse_entry(const Json& object) {
  if (!object.is_object()) return base::failure("it is not an object");
  const auto grams = object.find("g_per_kwh");
  const bool is_number = grams != object.end() && grams->is_number();
  return checked({text_member(object, "from"), text_member(object, "to"), text_member(object, "kind"),
                  text_member(object, "source"), text_member(object, "fetched"),
                  is_number ? std::optional(grams->get<double>()) : std::nullopt});
}

base::Result<std::vector<IntensitySlot>> parse_json(std::string_view text) {
  const Json document = base::parse_json(text);
  if (document.is_discarded()) return base::failure("it is not valid JSON");
  const Json* list = &document;
  if (document.is_object()) {
    const auto found = document.find("slots");
    if (found == document.end()) return base::failure("it has no \"slots\"");
    list = &*found;
  }
  if (!list->is_array()) return base::failure("\"slots\" is not a list");
  std::vector<IntensitySlot> slots;
  std::size_t number = 0;
  for (const Json& object : *list) {
    ++number;
    if (is_unknown(object)) continue;
    auto slot = parse_entry(object);
    if (!slot) return base::failure(slot.error().with_context("entry " + std::to_string(number)));
    slots.push_back(*std::move(slot));
  }
  return sorted(std::move(slots));
}

}  // namespace

base::Result<std::vector<IntensitySlot>> parse_slots(std::string_view text) {
  text = base::without_byte_order_mark(text);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return base::failure("it is empty");
  return text[first] == '{' || text[first] == '[' ? parse_json(text) : parse_csv(text);
}

std::string slots_json(std::span<const IntensitySlot> slots) {
  Json list = Json::array();
  for (const IntensitySlot& slot : slots)
    list.push_back({{"from", base::utc_text_milliseconds(slot.from)},
                    {"to", base::utc_text_milliseconds(slot.to)},
                    {"g_per_kwh", slot.intensity.grams_per_kilowatt_hour()},
                    {"kind", kind_text(slot.kind)},
                    {"source", slot.source},
                    {"fetched", base::utc_text_milliseconds(slot.fetched)}});
  return base::json_text(Json{{"slots", std::move(list)}}, 1) + "\n";
}

}  // namespace gpubench::carbon
