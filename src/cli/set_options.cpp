#include "cli/set_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "cli/names.h"
#include "sets/until.h"

namespace gpubench::cli {
namespace {

constexpr std::size_t kMostRuns = 10000;
constexpr std::size_t kMostPairsToDecide = 20;        // the last look of the rule
constexpr std::size_t kLongestLabel = 64;             // bytes
constexpr double kExactInteger = 9007199254740992.0;  // 2^53: the largest that every reader of JSON keeps

constexpr Range kTemperatures{1, 120};  // Celsius

// A whole number.
template <class Target>
Value whole_number(Target& target, std::uint64_t least, std::uint64_t most, std::string default_text = {}) {
  const auto take = [&target, least, most](const std::string& option, const std::string& text) -> base::Result<void> {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end || value < least || value > most)
      return base::failure(option + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    target = value;
    return {};
  };
  return {take, std::move(default_text)};
}

bool is_name(const std::string& text) {
  constexpr const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  return !text.empty() && text.find_first_not_of(letters) == std::string::npos;
}

base::Result<Sweep> parse_sweep(const std::string& text) {
  const std::size_t equals = text.find('=');
  Sweep sweep{text.substr(0, equals), {}};
  if (equals == std::string::npos || !is_name(sweep.name))
    return base::failure("\"" + text + "\" is not NAME=V1,V2,...", "NAME is of letters, digits and _");
  for (std::size_t begin = equals + 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::string value = text.substr(begin, end - begin);
    if (value.empty() || std::count(sweep.values.begin(), sweep.values.end(), value) > 0)
      return base::failure("\"" + text + "\" has an empty value, or one twice", "write NAME=V1,V2,...");
    sweep.values.push_back(std::move(value));
    begin = end + 1;
  }
  return sweep;
}

base::Result<std::string> parse_until_text(const std::string& text) {
  const auto until = sets::parse_until(text);
  if (!until) return base::failure(until.error());
  return text;
}

// "45C", "45 °C", "45"
base::Result<std::optional<base::Temperature>> parse_temperature(const std::string& text) {
  double celsius = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, celsius);
  const std::string_view unit = base::trimmed({rest, static_cast<std::size_t>(end - rest)});
  const bool is_celsius = unit.empty() || unit == "C" || unit == "c" || unit == "\u00b0C";
  if (error != std::errc() || !is_celsius || std::isnan(celsius) || celsius < kTemperatures.least ||
      celsius > kTemperatures.most)
    return base::failure("\"" + text + "\" is not a temperature from 1 to 120 \u00b0C", "write it as in 45C");
  return std::optional(base::Temperature::from_celsius(celsius));
}

}  // namespace

bool SetLine::asks_for_a_set() const {
  return options.runs > 1 || !options.until.empty() || warmup.value_or(0) > 0 || against || against_image ||
         !sweeps.empty() || !resume.empty();
}

std::vector<Option> set_options(SetLine& line) {
  sets::SetOptions& options = line.options;
  return {
      {"--runs", "N", "Repeat the benchmark: N counted runs (of each variant), each with a folder of its own",
       whole_number(options.runs, 1, kMostRuns, "1")},
      {"--warmup", "N", "Runs to make first, which do not count; default: 1 if there are several runs",
       whole_number(line.warmup, 0, kMostRuns)},
      {"--pause", "SECONDS", "Seconds to wait before each run but the first", seconds(options.pause, {0, 86400})},
      {"--until", "RULE",
       "Stop early: \"energy 1%\" (or time) once the mean is known to 1 %, with at least 5 runs; decided: once it\n"
       "is clear which of two needs less energy (with --against)",
       parsed(options.until, parse_until_text)},
      {"--max_runs", "N", "With --until: how many runs of each variant count at most",
       whole_number(line.max_runs, 2, kMostRuns, "30; decided: 20")},
      {"--start_at", "TEMPERATURE", "Wait before each run until each GPU has cooled to this, e.g. 45C; at most 300 s",
       parsed(options.start_at, parse_temperature)},
      {"--against", "LINE", "Compare with this shell command line: runs in pairs, in random order", text(line.against)},
      {"--against_image", "NAME", "Compare with this container image, in the same way",
       offering(Offer::image, text(line.against_image))},
      {"--parameter", "NAME=V1,V2,...",
       "Compare values: {NAME} is replaced in command, arguments, image and environment\n"
       "(repeatable: every combination, at most 64)",
       each_parsed(line.sweeps, parse_sweep)},
      {"--seed", "NUMBER", "Seed of the random order; default: a different one each time",
       whole_number(line.seed, 0, static_cast<std::uint64_t>(kExactInteger) - 1)},
      {"--keep_going", "", "Go on after a run that failed", switch_on(options.keep_going)},
      {"--resume", "SET", "Go on with a set that was stopped", offering(Offer::run, text(line.resume))},
  };
}

base::Result<void> check_one_run(const SetLine& line, const Parsed& typed) {
  const std::array<std::pair<const char*, bool>, 4> ignored{{{"--start_at", line.options.start_at.has_value()},
                                                             {"--pause", line.options.pause > base::Duration::zero()},
                                                             {"--seed", line.seed.has_value()},
                                                             {"--keep_going", line.options.keep_going}}};
  for (const auto& [option, is_set] : ignored)
    if (is_set && typed.types(option)) return base::failure(hyphenated(option) + " is for several runs", "add --runs N");
  return {};
}

base::Result<void> check_set(SetLine& line, const RunSpec& spec) {
  if (line.against && line.against_image)
    return base::failure("--against and --against-image cannot be used together", "use only one of them");
  if ((line.against || line.against_image) && !line.sweeps.empty())
    return base::failure("--against and --parameter cannot be used together", "use only one of them");
  if (line.asks_for_a_set() && !spec.meter.record_trace.empty())
    return base::failure("--record-trace records one run, not several", "leave it out, or the options for several runs");
  const bool decides = line.options.until == "decided";
  if (decides && !line.against && !line.against_image)
    return base::failure("--until decided is for two sides", "add --against 'COMMAND' or --against-image NAME");
  if (decides && line.max_runs.value_or(0) > kMostPairsToDecide)
    return base::failure("--until decided makes at most 20 pairs", "use --max-runs 20, or less");
  if (line.max_runs && line.options.until.empty())
    return base::failure("--max-runs is for --until", "use --runs for a fixed number of runs");
  if (!line.options.until.empty() && line.options.runs > 1)
    return base::failure("--runs and --until cannot be used together", "--max-runs says how many runs --until may make");
  line.options.max_runs = line.max_runs.value_or(decides ? kMostPairsToDecide : line.options.max_runs);
  line.options.warmup = line.warmup.value_or(line.asks_for_a_set() ? 1 : 0);
  return {};
}

Option label_option(std::string& label) {
  const auto take = [&label](const std::string& option, const std::string& text) -> base::Result<void> {
    if (text.empty() || text.size() > kLongestLabel || base::one_line(text) != text)
      return base::failure(option + " must be one line of 1 to 64 bytes in UTF-8");
    label = text;
    return {};
  };
  return {"--label", "NAME", "Name of this run or set, by which show and compare find it", {take}};
}

namespace {

constexpr double kMostRanks = 1e6;
constexpr double kLongestMergeWait = 3600;

Value whole_number(std::optional<int>& target, Range range) {
  return number(range, [&target](double value) { target = static_cast<int>(value); });
}

base::Result<std::string> group_name(const std::string& text) {
  constexpr std::size_t kLongest = 64;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  bool good = !text.empty() && text.size() <= kLongest;
  for (const char c : text) good = good && fits(c);
  if (!good)
    return base::failure("\"" + text + "\" is no name of a group",
                         "use 1 to 64 letters, digits, hyphens, dots and underscores");
  return text;
}

}  // namespace

std::vector<Option> group_options(PartOf& part_of) {
  return {
      {"--group", "NAME", "This run is a part of that job; its parts become one record (iris-gpubench merge)",
       parsed(part_of.group, group_name)},
      {"--rank", "N", "Number of this process in the job, from 0", whole_number(part_of.rank, {0, kMostRanks})},
      {"--ranks", "N", "How many processes the job has", whole_number(part_of.ranks, {1, kMostRanks})},
      {"--alone", "", "Measure this process by itself, although its launcher started several", switch_on(part_of.alone)},
      {"--merge_wait", "SECONDS", "How long the first rank waits for the others' parts, before it makes the job's record",
       seconds(part_of.merge_wait, {0, kLongestMergeWait})}};
}

base::Result<void> check_group(const PartOf& part_of) {
  if (part_of.alone && (part_of.group || part_of.rank))
    return base::failure("--alone and --group cannot be used together", "use only one of them");
  if (part_of.rank && !part_of.ranks) return base::failure("--rank needs --ranks", "say how many processes the job has");
  if (part_of.rank && *part_of.rank >= *part_of.ranks)
    return base::failure("--rank is not below --ranks", "count --rank from 0");
  if (part_of.ranks && *part_of.ranks > 1 && !part_of.rank)
    return base::failure("--ranks needs --rank", "say which process of the job this one is, from 0");
  return {};
}

}  // namespace gpubench::cli
