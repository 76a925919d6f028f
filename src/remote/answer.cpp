#include "remote/answer.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gpubench::remote {
namespace {

constexpr std::string_view kMark = "iris-gpubench-answer-6f1c";
constexpr std::size_t kMostNoise = std::size_t{64} << 10U;
constexpr std::size_t kLongestEnd = 48;  // the end's line with its code

// Where the end's line, or its first bytes, may begin; the size of all if nowhere.
std::size_t place_of_end(std::string_view bytes) {
  const std::string mark = "\n" + end_mark() + " ";
  const std::size_t first = bytes.size() - std::min(bytes.size(), kLongestEnd);
  for (std::size_t at = bytes.find('\n', first); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    const std::string_view rest = bytes.substr(at);
    if (rest.starts_with(mark) || std::string_view(mark).starts_with(rest)) return at;
  }
  return bytes.size();
}

}  // namespace

std::string begin_mark() {
  return std::string(kMark) + " begins";
}

std::string end_mark() {
  return std::string(kMark) + " ends";
}

void AnswerReader::take(std::string_view bytes) {
  held_ += bytes;
  if (!begun_) {
    const std::string mark = begin_mark() + "\n";
    const std::size_t at = held_.find(mark);
    if (at == std::string::npos) {
      if (held_.size() > kMostNoise) held_.erase(0, held_.size() - mark.size());
      return;
    }
    begun_ = true;
    held_.erase(0, at + mark.size());
  }
  const std::size_t certain = place_of_end(held_);
  if (certain == 0) return;
  sink_(std::string_view(held_).substr(0, certain));
  held_.erase(0, certain);
}

std::optional<int> AnswerReader::finish() {
  const std::string mark = "\n" + end_mark() + " ";
  const std::size_t at = begun_ ? held_.rfind(mark) : std::string::npos;
  if (at == std::string::npos) return std::nullopt;
  int code = 0;
  const char* const begin = held_.data() + at + mark.size();
  const auto [rest, error] = std::from_chars(begin, held_.data() + held_.size(), code);
  if (error != std::errc() || rest == held_.data() + held_.size() || *rest != '\n') return std::nullopt;
  if (at > 0) sink_(std::string_view(held_).substr(0, at));
  held_.clear();
  return code;
}

}  // namespace gpubench::remote
