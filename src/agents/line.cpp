#include "agents/line.h"

#include <zlib.h>

#include <array>
#include <charconv>

namespace gpubench::agents {
namespace {

constexpr std::size_t kSumDigits = 8;
constexpr std::size_t kMostHeld = std::size_t{1} << 20U;

constexpr std::string_view mark_of(Way way) {
  return way == Way::to_agents ? "gpubench-head " : "gpubench-agent ";
}

// CRC-32, as of gzip.
std::uint32_t checksum(std::string_view text) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

std::string digits(std::uint32_t sum) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text(kSumDigits, '0');
  for (std::size_t i = 0; i < kSumDigits; ++i) text[kSumDigits - 1 - i] = kHex[(sum >> (4U * i)) & 0xFU];
  return text;
}

}  // namespace

std::string written(Way way, const Line& line) {
  std::string text(mark_of(way));
  text += (line.agent == kEveryAgent ? "*" : std::to_string(line.agent)) + " " + line.text;
  return text + " " + digits(checksum(text)) + "\n";
}

std::optional<Line> parse_line(Way way, std::string_view text) {
  const std::string_view mark = mark_of(way);
  if (text.size() > kLongestLine || text.size() < mark.size() + kSumDigits + 1 || !text.starts_with(mark))
    return std::nullopt;
  const std::string_view body = text.substr(0, text.size() - kSumDigits - 1);
  if (text.substr(body.size()) != " " + digits(checksum(body))) return std::nullopt;
  const std::string_view rest = body.substr(mark.size());
  const std::size_t space = rest.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  Line line;
  line.text = rest.substr(space + 1);
  const std::string_view agent = rest.substr(0, space);
  if (agent == "*") return line;
  const auto [stop, error] = std::from_chars(agent.data(), agent.data() + agent.size(), line.agent);
  if (error != std::errc() || stop != agent.data() + agent.size() || line.agent < 0) return std::nullopt;
  return line;
}

void LineReader::take(std::string_view bytes) {
  held_ += bytes;
}

std::optional<Line> LineReader::next() {
  for (;;) {
    const std::size_t end = held_.find('\n');
    if (end == std::string::npos) {
      if (held_.size() > kMostHeld) held_.clear();  // it is no line of ours
      return std::nullopt;
    }
    auto line = parse_line(way_, std::string_view(held_).substr(0, end));
    held_.erase(0, end + 1);
    if (line) return line;
  }
}

}  // namespace gpubench::agents
