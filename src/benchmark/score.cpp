#include "benchmark/score.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <system_error>

#include "base/text.h"
#include "platform/regular_file.h"

namespace gpubench::benchmark {
namespace {

constexpr std::size_t kLongestScoreLine = 4096;
constexpr std::uint32_t kMostMatchSteps = 1'000'000;  // of one search, some 10 ms; PCRE2's own limit is ten times that

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

std::string words_of(int error) {
  std::array<PCRE2_UCHAR, 200> words{};
  pcre2_get_error_message(error, words.data(), words.size());
  return reinterpret_cast<const char*>(words.data());
}

struct MatchFree {
  void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};

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
  const std::string given = value.IsScalar() ? " \"" + base::one_line(value.Scalar(), 40) + "\"" : std::string();
  return std::string(key) + given + " in its metrics.yml is not a " + wanted;
}

std::string unit_of(const YAML::Node& unit) {
  const bool given = unit && unit.IsScalar() && !unit.Scalar().empty() && unit.Scalar().size() <= kLongestUnitName;
  return given ? unit.Scalar() : "units";
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
    if (!score.work) base::add_item(score.trouble, unusable("work", work, "positive number"));
  }
  return score;
}

bool is_key_of_a_score(std::string_view line) {
  return line.starts_with("time:") || line.starts_with("work:") || line.starts_with("work_unit:");
}

// Where the parser gives up, as it does at PyYAML's "- !!binary |" in a list that is not indented: the keys without the
// rest.
std::string keys_of_a_score(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (is_key_of_a_score(line)) kept.append(line).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return kept;
}

std::string unreadable(const YAML::Exception& error) {
  return "its metrics.yml is not YAML with keys" +
         (error.mark.is_null() ? std::string() : " (line " + std::to_string(error.mark.line + 1) + ": " + error.msg + ")");
}

BenchmarkScore score_in(const std::string& text) {
  try {
    return score_of(YAML::Load(text));
  } catch (const YAML::Exception& error) {
    return {{}, {}, unreadable(error)};
  }
}

}  // namespace

struct ScorePattern::Compiled {
  struct CodeFree {
    void operator()(pcre2_code* pattern) const { pcre2_code_free(pattern); }
  };
  struct ContextFree {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
  };
  std::unique_ptr<pcre2_code, CodeFree> code;
  std::unique_ptr<pcre2_match_context, ContextFree> limits;
};

base::Result<ScorePattern> ScorePattern::compile(const std::string& text, const std::string& option) {
  const bool is_score = option == "--score-regex";
  const std::string remedy = "write for example " + option + (is_score ? " 'took ([0-9.]+) s'" : R"( 'start (\w+)')");
  if (text.empty()) return base::failure(option + ": the expression is empty", remedy);
  int error = 0;
  PCRE2_SIZE place = 0;
  auto compiled = std::make_shared<Compiled>();
  compiled->code.reset(
      pcre2_compile(bytes_of(text), text.size(), PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &place, nullptr));
  if (!compiled->code)
    return base::failure(option + ": " + words_of(error) + " (at offset " + std::to_string(place) + ")", remedy);
  compiled->limits.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(compiled->limits.get(), kMostMatchSteps);
  ScorePattern pattern;
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

base::Result<std::optional<double>> ScorePattern::find(std::string_view line) const {
  const auto match = find_text(line);
  if (!match) return base::failure(match.error());
  return *match ? parse_score((*match)->text) : std::nullopt;
}

base::Result<std::optional<ScorePattern::Match>> ScorePattern::find_text(std::string_view line) const {
  line = line.substr(0, kLongestScoreLine);
  const std::unique_ptr<pcre2_match_data, MatchFree> match(pcre2_match_data_create(2, nullptr));
  const int found =
      pcre2_match(compiled_->code.get(), bytes_of(line), line.size(), 0, 0, match.get(), compiled_->limits.get());
  if (found == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (found < 0) return base::failure(words_of(found));
  const PCRE2_SIZE* const bounds = pcre2_get_ovector_pointer(match.get());
  const bool has_group = found != 1 && bounds[2] != PCRE2_UNSET;
  const PCRE2_SIZE* const group = has_group ? bounds + 2 : bounds;
  return Match{line.substr(group[0], group[1] - group[0]), has_group};
}

std::optional<double> parse_score(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  if (text.starts_with("+-")) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

BenchmarkScore read_score(const std::filesystem::path& results) {
  constexpr std::uint64_t kLargest = 1 << 20;  // from outside: nothing larger is a score file
  const auto text = platform::read_regular_file(results / "metrics.yml", kLargest);
  if (!text) return {};
  BenchmarkScore whole = score_in(*text);
  if (whole.trouble.empty() || whole.seconds || whole.work) return whole;
  const BenchmarkScore keys = score_in(keys_of_a_score(*text));
  return keys.seconds || keys.work ? keys : whole;
}

}  // namespace gpubench::benchmark
