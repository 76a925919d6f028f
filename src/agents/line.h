// Lines between the head and its agents, through the standard streams of a launcher. That carries what the head writes to
// all agents, and what they write back in any order; a line may come twice, cut, or mixed with another. So each has its
// agent's number and a checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gpubench::agents {

enum class Way : std::uint8_t { to_agents, to_head };

inline constexpr int kEveryAgent = -1;
inline constexpr std::size_t kLongestLine = 200;  // bytes; a launcher keeps lines up to 500 whole

struct Line {
  int agent = kEveryAgent;  // for whom it is, or who says it
  std::string text;
  friend bool operator==(const Line&, const Line&) = default;
};

// With its line end. `text` has no control characters.
std::string written(Way way, const Line& line);
// A line without its end. Empty: broken, or another's.
std::optional<Line> parse_line(Way way, std::string_view text);

// Makes lines of what comes in pieces.
class LineReader {
 public:
  explicit LineReader(Way way) : way_(way) {}
  void take(std::string_view bytes);
  // The next whole one.
  std::optional<Line> next();

 private:
  Way way_;
  std::string held_;
};

}  // namespace gpubench::agents
