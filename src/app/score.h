// The benchmark's own score.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gpubench::app {

// Where a log line holds the score: a POSIX extended regular expression, in which \d works, too. The score is its first
// group, or all of it.
class ScorePattern {
 public:
  static base::Result<ScorePattern> compile(const std::string& text);
  // Looks at the line's first 4,096 bytes.
  [[nodiscard]] std::optional<double> find(std::string_view line) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

// A finite number, with or without sign, fraction and exponent; the decimal point is a point everywhere.
std::optional<double> parse_score(std::string_view text);

}  // namespace gpubench::app
