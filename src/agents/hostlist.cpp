#include "agents/hostlist.h"

#include <optional>

#include "base/words.h"

namespace gpubench::agents {
namespace {

constexpr std::size_t kMostNodes = std::size_t{1} << 17U;

// With zeros in front, up to the width.
std::string padded(unsigned number, std::size_t width) {
  std::string text = std::to_string(number);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

// "1-3,07"
std::optional<std::vector<std::string>> numbers_in(std::string_view ranges) {
  std::vector<std::string> numbers;
  for (bool more = true; more;) {
    const std::size_t comma = ranges.find(',');
    const std::string_view range = ranges.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) ranges.remove_prefix(comma + 1);
    const std::size_t hyphen = range.find('-');
    const std::string_view first = range.substr(0, hyphen);
    const auto from = base::number_in<unsigned>(first);
    const auto to = hyphen == std::string_view::npos ? from : base::number_in<unsigned>(range.substr(hyphen + 1));
    if (!from || !to || *to < *from || numbers.size() + (*to - *from) >= kMostNodes) return std::nullopt;
    for (unsigned number = *from; number <= *to; ++number) numbers.push_back(padded(number, first.size()));
  }
  return numbers;
}

// One name, which may have brackets, several even.
bool add_names(std::string_view name, std::vector<std::string>& nodes) {
  std::vector<std::string> names{""};
  while (!name.empty()) {
    const std::size_t open = name.find('[');
    for (std::string& begun : names) begun += name.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = name.find(']', open);
    if (close == std::string_view::npos) return false;
    const auto numbers = numbers_in(name.substr(open + 1, close - open - 1));
    if (!numbers || names.size() * numbers->size() > kMostNodes) return false;
    std::vector<std::string> longer;
    for (const std::string& begun : names)
      for (const std::string& number : *numbers) longer.push_back(begun + number);
    names = std::move(longer);
    name.remove_prefix(close + 1);
  }
  if (names.front().empty() || nodes.size() + names.size() > kMostNodes) return false;
  nodes.insert(nodes.end(), names.begin(), names.end());
  return true;
}

// The comma after the first name: not one within brackets.
std::size_t end_of_name(std::string_view list) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '[') ++depth;
    if (list[i] == ']' && depth > 0) --depth;
    if (list[i] == ',' && depth == 0) return i;
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<std::string> nodes_in(std::string_view list) {
  std::vector<std::string> nodes;
  for (bool more = !list.empty(); more;) {
    const std::size_t comma = end_of_name(list);
    if (!add_names(list.substr(0, comma), nodes)) return {};
    more = comma != std::string_view::npos;
    if (more) list.remove_prefix(comma + 1);
  }
  return nodes;
}

}  // namespace gpubench::agents
