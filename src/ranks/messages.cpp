#include "ranks/messages.h"

#include "base/words.h"

namespace gpubench::ranks {
namespace {

constexpr std::string_view kNext = "|";  // between two lists
constexpr std::string_view kUnknown = "?";

using base::Words;

// Up to the next list, or the end.
std::vector<std::string> list_in(Words& words) {
  std::vector<std::string> list;
  while (!words.left().empty()) {
    const std::string_view word = words.next();
    if (word == kNext) break;
    list.emplace_back(word);
  }
  return list;
}

void add_list(std::string& text, const std::vector<std::string>& words) {
  for (const std::string& word : words) text += " " + word;
}

std::string nanoseconds(base::SteadyTime time) {
  return std::to_string(time.time_since_epoch().count());
}

std::optional<base::Window> window_of(Words& words) {
  const auto start = words.number<base::Duration::rep>();
  const auto end = words.number<base::Duration::rep>();
  if (!start || !end || *end < *start) return std::nullopt;
  return base::Window{base::SteadyTime(base::Duration(*start)), base::SteadyTime(base::Duration(*end))};
}

}  // namespace

std::string hello_message(const Hello& hello) {
  std::string text = "hello " + std::to_string(hello.rank);
  add_list(text, hello.sees);
  text += " " + std::string(kNext);
  add_list(text, hello.own);
  return text;
}

std::optional<Hello> parse_hello(std::string_view message) {
  Words words(message);
  if (words.next() != "hello") return std::nullopt;
  const auto rank = words.number<int>();
  if (!rank || *rank < 0) return std::nullopt;
  Hello hello{*rank, list_in(words), {}};
  hello.own = list_in(words);
  return hello;
}

std::string end_message(const RankEnd& end) {
  std::string text = "ended " + std::to_string(end.rank) + " " + nanoseconds(end.ran.start) + " " +
                     nanoseconds(end.ran.end) + " " +
                     (end.exit_code ? std::to_string(*end.exit_code) : std::string(kUnknown));
  add_list(text, end.own);
  return text;
}

std::optional<RankEnd> parse_end(std::string_view message) {
  Words words(message);
  if (words.next() != "ended") return std::nullopt;
  RankEnd end;
  const auto rank = words.number<int>();
  const auto window = window_of(words);
  if (!rank || !window) return std::nullopt;
  end.rank = *rank;
  end.ran = *window;
  Words code(words.next());
  end.exit_code = code.number<int>();
  end.own = list_in(words);
  return end;
}

std::string measure_message(const std::vector<std::string>& boards) {
  std::string text = "measure";
  add_list(text, boards);
  return text;
}

std::optional<std::vector<std::string>> parse_measure(std::string_view message) {
  Words words(message);
  if (words.next() != "measure") return std::nullopt;
  return list_in(words);
}

std::string go_message(const std::vector<int>& processes) {
  std::string text = "go";
  for (const int process : processes) text += " " + std::to_string(process);
  return text;
}

std::optional<std::vector<int>> parse_go(std::string_view message) {
  Words words(message);
  if (words.next() != "go") return std::nullopt;
  std::vector<int> processes;
  while (const auto process = words.number<int>()) processes.push_back(*process);
  return processes;
}

std::string over_message(const base::Window& window) {
  return "over " + nanoseconds(window.start) + " " + nanoseconds(window.end);
}

std::optional<base::Window> parse_over(std::string_view message) {
  Words words(message);
  if (words.next() != "over") return std::nullopt;
  return window_of(words);
}

}  // namespace gpubench::ranks
