// The formats of logs that show phases by themselves.
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "benchmark/log_phases.h"

namespace gpubench::benchmark {
namespace {

bool starts_with(std::string_view text, std::string_view begin) {
  return text.substr(0, begin.size()) == begin;
}

// Removes digits from the front.
std::optional<long long> take_number(std::string_view& text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || text.empty() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// sciml-bench of STFC: "....<BEGIN> Training model", "....<ENDED> Training model [ELAPSED = 11.213 sec]"; four dots a level.
class ScimlReader final : public LogReader {
 public:
  void line(std::string_view text, base::SteadyTime time, const Marks& marks) override {
    if (const auto name = after(text, "<BEGIN> ")) marks.begin(time, std::string(*name));
    if (const auto name = after(text, "<ENDED> ")) {
      const std::string_view trimmed = base::trimmed(name->substr(0, name->rfind(" [ELAPSED = ")));
      marks.end(time, std::string(trimmed));
    }
  }

 private:
  static std::optional<std::string_view> after(std::string_view text, std::string_view token) {
    const std::size_t at = text.find(token);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view name = base::trimmed(text.substr(at + token.size()));
    return name.empty() ? std::nullopt : std::optional(name);
  }
};

// MLPerf: ":::MLLOG {"time_ms": 1, "event_type": "INTERVAL_START", "key": "epoch_start", ...}". Some write both ends of an
// interval as points in time, so what counts is the key: "x_start" and "x_stop".
class MlperfReader final : public LogReader {
 public:
  explicit MlperfReader(base::ClockAnchor anchor) : anchor_(anchor) {}
  void line(std::string_view text, base::SteadyTime time, const Marks& marks) override {
    const std::size_t at = text.find(":::MLLOG {");
    if (at == std::string_view::npos) return;
    text.remove_prefix(at);
    const auto key = text_of(text, "\"key\":");
    if (!key) return;
    if (const auto name = without(*key, "_start")) marks.begin(time_of(text, time), *name);
    for (const char* stop : {"_stop", "_end"})
      if (const auto name = without(*key, stop)) marks.end(time_of(text, time), *name);
  }

 private:
  static std::optional<std::string> text_of(std::string_view text, std::string_view key) {
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view rest = base::trimmed(text.substr(at + key.size()));
    if (rest.empty() || rest.front() != '"') return std::nullopt;
    rest.remove_prefix(1);
    const std::size_t end = rest.find('"');
    return end == std::string_view::npos ? std::nullopt : std::optional(std::string(rest.substr(0, end)));
  }
  static std::optional<std::string> without(const std::string& key, std::string_view end) {
    if (key.size() <= end.size() || key.compare(key.size() - end.size(), end.size(), end) != 0) return std::nullopt;
    return key.substr(0, key.size() - end.size());
  }
  // Its own time, unless it cannot be: a line may wait for long in the program's buffer, but never comes early.
  [[nodiscard]] base::SteadyTime time_of(std::string_view text, base::SteadyTime arrived) const {
    constexpr std::string_view kKey = "\"time_ms\":";
    const std::size_t at = text.find(kKey);
    if (at == std::string_view::npos) return arrived;
    std::string_view rest = base::trimmed(text.substr(at + kKey.size()));
    const auto milliseconds = take_number(rest);
    constexpr long long kLatest = 4'000'000'000'000;  // the year 2096
    if (!milliseconds || *milliseconds > kLatest) return arrived;
    const base::SteadyTime written = anchor_.to_steady(base::WallTime(std::chrono::milliseconds(*milliseconds)));
    const bool believable = written <= arrived + std::chrono::seconds(1) && written > arrived - std::chrono::hours(1);
    return believable ? written : arrived;
  }
  base::ClockAnchor anchor_;
};

// Keras: "Epoch 3/5", then a bar "63/63 [====] - 2s 30ms/step - loss: 0.2", which is whole at the epoch's end.
class KerasReader final : public LogReader {
 public:
  void line(std::string_view text, base::SteadyTime time, const Marks& marks) override {
    if (is_epoch(text)) {
      end(whole_.value_or(time), marks);
      marks.begin(time, kName);
      is_open_ = true;
    } else if (is_open_ && is_whole_bar(text)) {
      whole_ = time;
    }
  }
  void finish(base::SteadyTime time, const Marks& marks) override { end(whole_.value_or(time), marks); }

 private:
  static constexpr const char* kName = "epoch";
  void end(base::SteadyTime time, const Marks& marks) {
    if (is_open_) marks.end(time, kName);
    is_open_ = false;
    whole_.reset();
  }
  static bool is_epoch(std::string_view text) {
    if (!starts_with(text, "Epoch ")) return false;
    text.remove_prefix(6);
    const auto number = take_number(text);
    if (!number || text.empty() || text.front() != '/') return false;
    text.remove_prefix(1);
    const auto of = take_number(text);
    return of && base::trimmed(text).empty() && *number <= *of;
  }
  // Colours, which newer versions have, stand in front of the numbers.
  static bool is_whole_bar(std::string_view text) {
    while (starts_with(text, "\x1b[")) {
      const std::size_t end = text.find('m');
      if (end == std::string_view::npos) return false;
      text.remove_prefix(end + 1);
    }
    text = base::trimmed(text);
    const auto number = take_number(text);
    if (!number || text.empty() || text.front() != '/') return false;
    text.remove_prefix(1);
    return take_number(text) == number;
  }
  bool is_open_ = false;
  std::optional<base::SteadyTime> whole_;
};

// PyTorch Lightning: bars "Epoch 3:  45%|####", and between them those of validation and test.
class LightningReader final : public LogReader {
 public:
  void line(std::string_view text, base::SteadyTime time, const Marks& marks) override {
    if (text.find("%|") == std::string_view::npos) return;
    std::string_view rest = base::trimmed(text);
    if (starts_with(rest, "Epoch ")) {
      rest.remove_prefix(6);
      const auto number = take_number(rest);
      if (!number || rest.empty() || rest.front() != ':') return;
      end(inner_, last_, marks);
      if (epoch_ != number) {
        if (epoch_) marks.end(last_, kEpoch);
        marks.begin(time, kEpoch);
        epoch_ = number;
      }
    } else if (const std::string name = name_of(rest); !name.empty() && name != inner_) {
      end(inner_, last_, marks);
      marks.begin(time, name);
      inner_ = name;
    } else if (name.empty()) {
      return;
    }
    last_ = time;
  }
  void finish(base::SteadyTime /*time*/, const Marks& marks) override {
    end(inner_, last_, marks);
    if (epoch_) marks.end(last_, kEpoch);
    epoch_.reset();
  }

 private:
  static constexpr const char* kEpoch = "epoch";
  static std::string name_of(std::string_view bar) {
    for (const auto& [begin, name] :
         {std::pair("Sanity Checking", "sanity check"), std::pair("Validation", "validation"),
          std::pair("Validating", "validation"), std::pair("Testing", "test"), std::pair("Predicting", "prediction")})
      if (starts_with(bar, begin)) return name;
    return {};
  }
  static void end(std::string& name, base::SteadyTime time, const Marks& marks) {
    if (!name.empty()) marks.end(time, name);
    name.clear();
  }
  std::optional<long long> epoch_;
  std::string inner_;
  base::SteadyTime last_;
};

}  // namespace

std::unique_ptr<LogReader> make_log_reader(LogFormat format, base::ClockAnchor anchor) {
  if (format == LogFormat::mlperf) return std::make_unique<MlperfReader>(anchor);
  if (format == LogFormat::keras) return std::make_unique<KerasReader>();
  if (format == LogFormat::lightning) return std::make_unique<LightningReader>();
  return std::make_unique<ScimlReader>();
}

}  // namespace gpubench::benchmark
