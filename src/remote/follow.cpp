#include "remote/follow.h"

#include <algorithm>
#include <charconv>

namespace gpubench::remote {
namespace {

constexpr std::size_t kLongestLine = 64;
constexpr std::uint64_t kHighestCode = 255;

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

void FollowReader::take(std::string_view bytes) {
  listener_.alive();
  while (!bytes.empty()) {
    if (left_ > 0) {
      bytes.remove_prefix(take_content(bytes));
      continue;
    }
    const std::size_t end = bytes.find('\n');
    line_ += bytes.substr(0, std::min(end, kLongestLine - std::min(kLongestLine, line_.size())));
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    take_line();
    line_.clear();
  }
}

std::size_t FollowReader::take_content(std::string_view bytes) {
  const std::string_view content = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
  (is_error_ ? listener_.errors : listener_.output)(content);
  (is_error_ ? progress_.errors : progress_.output) += content.size();
  left_ -= content.size();
  return content.size();
}

void FollowReader::take_line() {
  if (line_.size() < 3) return;
  const std::string_view value = std::string_view(line_).substr(2);
  const auto number = number_in(value);
  if (line_.front() == 'X') {
    end_.emplace();
    if (number) end_->code = static_cast<int>(std::min(*number, kHighestCode));
  } else if (number) {
    is_error_ = line_.front() == 'E';
    left_ = *number;
  }
}

}  // namespace gpubench::remote
