#include "benchmark/log_phases.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/try.h"

namespace gpubench::benchmark {
namespace {

constexpr std::size_t kLongestPhaseLine = 8192;  // bytes that are looked at
// Before lines of marks, from programs that have no file for them.
constexpr std::string_view kMarkToken = ":::IRIS_GPUBENCH ";

// One expression, or one for begins and one for ends.
class PatternReader final : public LogReader {
 public:
  PatternReader(ScorePattern begin, std::vector<ScorePattern> end) : begin_(std::move(begin)), end_(std::move(end)) {}

  void line(std::string_view text, base::SteadyTime time, const Marks& marks) override {
    if (const auto name = found(begin_, text)) {
      if (end_.empty() && !open_.empty()) marks.end(time, open_);
      marks.begin(time, *name);
      open_ = *name;
    } else if (!end_.empty()) {
      if (const auto ended = found(end_.front(), text, false)) marks.end(time, *ended);
    }
  }
  void finish(base::SteadyTime time, const Marks& marks) override {
    if (end_.empty() && !open_.empty()) marks.end(time, open_);
  }

 private:
  // `whole`: without a group the whole match is the name; an end without one ends the innermost phase.
  static std::optional<std::string> found(const ScorePattern& pattern, std::string_view text, bool whole = true) {
    const auto match = pattern.find_text(text);
    if (!match || !*match) return std::nullopt;
    return whole || (*match)->is_group ? std::string(base::trimmed((*match)->text)) : std::string();
  }

  ScorePattern begin_;
  std::vector<ScorePattern> end_;
  std::string open_;
};

}  // namespace

base::Result<std::unique_ptr<LogPhases>> LogPhases::create(const LogPhaseOptions& options, base::ClockAnchor anchor,
                                                           Write write) {
  std::unique_ptr<LogPhases> phases(new LogPhases(std::move(write)));
  std::vector<ScorePattern> patterns;
  for (const std::string& regex : options.regexes) {
    auto pattern = ScorePattern::compile(regex, "--phase-regex");
    if (!pattern) return base::failure(pattern.error());
    patterns.push_back(*std::move(pattern));
  }
  constexpr std::size_t kMostPatterns = 2;
  if (patterns.size() > kMostPatterns)
    return base::failure("--phase-regex was given more than twice", "give one for begins and one for ends");
  if (!patterns.empty()) {
    const ScorePattern begin = patterns.front();
    patterns.erase(patterns.begin());
    phases->add(std::make_unique<PatternReader>(begin, std::move(patterns)), "log:regex");
    return phases;
  }
  constexpr std::array kFormats{std::pair(LogFormat::sciml, "log:sciml"), std::pair(LogFormat::mlperf, "log:mlperf"),
                                std::pair(LogFormat::keras, "log:keras"), std::pair(LogFormat::lightning, "log:lightning")};
  for (const auto& [format, lane] : kFormats)
    if (options.format == format || options.format == LogFormat::automatic)
      phases->add(make_log_reader(format, anchor), lane);
  return phases;
}

void LogPhases::add(std::unique_ptr<LogReader> reader, const std::string& lane) {
  const auto writer = [this, lane](char op) {
    return [this, lane, op](base::SteadyTime time, const std::string& name) {
      constexpr std::size_t kLongestName = 150;
      write_(std::string(1, op) + " " + std::to_string(time.time_since_epoch().count()) + " " + lane + " " +
             base::one_line(name, kLongestName) + "\n");
    };
  };
  readers_.push_back({std::move(reader), {writer('b'), writer('e')}});
}

void LogPhases::read(int stream, std::string_view bytes, base::SteadyTime time) {
  std::string& rest = rest_.at(stream == 0 ? 0 : 1);
  while (!bytes.empty()) {
    const std::size_t end = bytes.find_first_of("\r\n");
    if (rest.size() < kLongestPhaseLine) rest += bytes.substr(0, std::min(end, kLongestPhaseLine));
    if (end == std::string_view::npos) return;
    line(rest, time);
    rest.clear();
    bytes.remove_prefix(end + 1);
  }
}

void LogPhases::line(std::string_view text, base::SteadyTime time) {
  if (text.empty()) return;
  if (const std::size_t at = text.find(kMarkToken); at != std::string_view::npos) {
    write_(std::string(text.substr(at + kMarkToken.size())) + "\n");
    return;
  }
  for (const Reader& reader : readers_) reader.reader->line(text, time, reader.marks);
}

void LogPhases::finish(base::SteadyTime time) {
  for (std::string& rest : rest_) line(std::exchange(rest, {}), time);
  for (const Reader& reader : readers_) reader.reader->finish(time, reader.marks);
}

}  // namespace gpubench::benchmark
