// What the processes of a job on one node say to each other: words separated by spaces, a message each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace gpubench::ranks {

// Who joins.
struct Hello {
  int rank = 0;
  std::vector<std::string> sees;  // UUIDs of the boards that its driver shows to it
  std::vector<std::string> own;   // those of them that its benchmark may use
};

// One rank's run, by this machine's steady clock.
struct RankEnd {
  int rank = 0;
  base::Window ran;
  std::optional<int> exit_code = {};  // 128 + n: killed by signal n
  std::vector<std::string> own = {};
};

std::string hello_message(const Hello& hello);
std::optional<Hello> parse_hello(std::string_view message);
std::string end_message(const RankEnd& end);
std::optional<RankEnd> parse_end(std::string_view message);

// "measure GPU-a GPU-b": the boards that are left to who joined.
std::string measure_message(const std::vector<std::string>& boards);
std::optional<std::vector<std::string>> parse_measure(std::string_view message);

// "over START END": when the first rank of the node started and the last one ended.
std::string over_message(const base::Window& window);
std::optional<base::Window> parse_over(std::string_view message);

// "go 4711 4712": all may start; the processes that are the job's on this node, by their ids.
std::string go_message(const std::vector<int>& processes);
std::optional<std::vector<int>> parse_go(std::string_view message);

inline constexpr std::string_view kReady = "ready";  // may be told to go
inline constexpr std::size_t kLongestMessage = std::size_t{64} << 10U;

}  // namespace gpubench::ranks
