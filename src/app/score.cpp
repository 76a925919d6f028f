#include "app/score.h"

#include <regex.h>

#include <array>
#include <charconv>
#include <cmath>

namespace gpubench::app {
namespace {

constexpr std::size_t kLongestLine = 4096;

// \d and \D, which POSIX lacks, in its own words; everything else as it is.
std::string in_posix_words(const std::string& text) {
  std::string result;
  bool in_brackets = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    if (escaped && text[i + 1] == 'd') {
      result += in_brackets ? "0-9" : "[0-9]";
      ++i;
    } else if (escaped && text[i + 1] == 'D' && !in_brackets) {
      result += "[^0-9]";
      ++i;
    } else if (escaped && !in_brackets) {
      result += text.substr(i++, 2);
    } else {
      if (text[i] == '[') in_brackets = true;
      if (text[i] == ']') in_brackets = false;
      result += text[i];
    }
  }
  return result;
}

}  // namespace

struct ScorePattern::Compiled {
  Compiled() = default;
  ~Compiled() {
    if (ready) regfree(&expression);
  }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  regex_t expression{};
  bool ready = false;
};

base::Result<ScorePattern> ScorePattern::compile(const std::string& text) {
  auto compiled = std::make_shared<Compiled>();
  const int code = text.empty() ? REG_BADPAT : regcomp(&compiled->expression, in_posix_words(text).c_str(), REG_EXTENDED);
  if (code != 0) {
    std::array<char, 200> words{};
    regerror(code, &compiled->expression, words.data(), words.size());
    return base::failure("--score_regex: " + std::string(words.data()),
                         "write for example --score_regex 'accuracy = ([0-9.]+)'");
  }
  compiled->ready = true;
  ScorePattern pattern;
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

std::optional<double> ScorePattern::find(std::string_view line) const {
  line = line.substr(0, kLongestLine);
  std::array<regmatch_t, 2> groups{};
  groups[0].rm_so = 0;
  groups[0].rm_eo = static_cast<regoff_t>(line.size());
  if (line.data() == nullptr ||
      // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): REG_STARTEND takes the end from groups[0]
      regexec(&compiled_->expression, line.data(), groups.size(), groups.data(), REG_STARTEND) != 0)
    return std::nullopt;
  const regmatch_t& group = groups[1].rm_so >= 0 ? groups[1] : groups[0];
  return parse_score(
      line.substr(static_cast<std::size_t>(group.rm_so), static_cast<std::size_t>(group.rm_eo - group.rm_so)));
}

std::optional<double> parse_score(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace gpubench::app
