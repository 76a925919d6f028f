// Texts that are made of words and numbers: messages between processes, what other programs print.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace gpubench::base {

// The number that the whole text is; empty: it is none.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What lies between the separators: at least one piece, which may be empty.
inline std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t end = text.find(at);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

// Takes the words off the front of a text, which have a space between them.
class Words {
 public:
  explicit Words(std::string_view text) : left_(text) {}
  // Empty: there are no more.
  std::string_view next() {
    const std::size_t space = left_.find(' ');
    const std::string_view word = left_.substr(0, space);
    left_ = space == std::string_view::npos ? std::string_view() : left_.substr(space + 1);
    return word;
  }
  template <class Number>
  std::optional<Number> number() {
    return number_in<Number>(next());
  }
  [[nodiscard]] std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

}  // namespace gpubench::base
