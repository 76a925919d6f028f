#include "app/score.h"

#include <regex.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "report/text.h"

namespace gpubench::app {
namespace {

constexpr std::size_t kLongestScoreLine = 4096;

// \d and \D, which POSIX lacks, as bracket expressions; everything else unchanged.
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

// A finite number, or nothing.
std::optional<double> finite_number(const YAML::Node& node) {
  double number = 0;
  return node && YAML::convert<double>::decode(node, number) && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

// Beyond these no figure per unit could be read; the name is for table cells and labels.
constexpr double kLeastWork = 1e-9;
constexpr double kMostWork = 1e18;
constexpr std::size_t kLongestUnitName = 40;

std::string unusable(const char* key, const YAML::Node& value, const char* wanted) {
  const std::string told = value.IsScalar() ? " \"" + report::one_line(value.Scalar(), 40) + "\"" : std::string();
  return std::string(key) + told + " in its metrics.yml is no " + wanted;
}

std::string unit_of(const YAML::Node& unit) {
  const bool told = unit && unit.IsScalar() && !unit.Scalar().empty() && unit.Scalar().size() <= kLongestUnitName;
  return told ? unit.Scalar() : "units";
}

BenchmarkScore score_of(const YAML::Node& metrics) {
  BenchmarkScore score;
  if (const YAML::Node time = metrics["time"]) {
    const auto seconds = finite_number(time);
    if (seconds && *seconds >= 0) score.seconds = seconds;
    if (!score.seconds) score.trouble = unusable("time", time, "number of seconds");
  }
  if (const YAML::Node work = metrics["work"]) {
    const auto amount = finite_number(work);
    if (amount && *amount >= kLeastWork && *amount <= kMostWork) score.work = {*amount, unit_of(metrics["work_unit"])};
    if (!score.work) score.trouble += (score.trouble.empty() ? "" : "; ") + unusable("work", work, "positive number");
  }
  return score;
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
  line = line.substr(0, kLongestScoreLine);
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

BenchmarkScore read_score(const std::filesystem::path& results) {
  constexpr std::uintmax_t kLargest = 1 << 20;  // from outside: nothing larger is a score file
  const std::filesystem::path file = results / "metrics.yml";
  std::error_code error;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file, error)) ||
      std::filesystem::file_size(file, error) > kLargest)
    return {};
  try {
    return score_of(YAML::LoadFile(file.string()));
  } catch (const YAML::Exception&) {
    return {{}, {}, "its metrics.yml is no YAML with keys"};
  }
}

}  // namespace gpubench::app
