// The benchmark's own score.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "record/work.h"

namespace gpubench::benchmark {

// Where a log line holds the score: a regular expression as Perl and Python know it (PCRE2). The score is its first group,
// or all of it.
class ScorePattern {
 public:
  static base::Result<ScorePattern> compile(const std::string& text, const std::string& option = "--score-regex");
  // Looks at the line's first 4,096 bytes. An error: the search took too many steps.
  [[nodiscard]] base::Result<std::optional<double>> find(std::string_view line) const;

  // The same, not read as a number.
  struct Match {
    std::string_view text;
    bool is_group;
  };
  [[nodiscard]] base::Result<std::optional<Match>> find_text(std::string_view line) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

using record::BenchmarkScore;

// A finite number, with or without sign, fraction and exponent; the decimal point is a point everywhere.
std::optional<double> parse_score(std::string_view text);

// What metrics.yml in that folder has: the score, key `time` (seconds, not negative), and the work, keys `work` (amount)
// and `work_unit`.
BenchmarkScore read_score(const std::filesystem::path& results);

}  // namespace gpubench::benchmark
