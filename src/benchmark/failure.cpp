#include "benchmark/failure.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "benchmark/benchmark_outputs.h"
#include "platform/regular_file.h"

namespace gpubench::benchmark {
namespace {

constexpr std::size_t kRowsShown = 6;  // of a terminal, for the log of one benchmark
constexpr std::size_t kLogsShown = 3;  // of several that failed
constexpr std::size_t kRowColumns = 76;
constexpr std::size_t kLongestShown = 400;                   // characters
constexpr std::uint64_t kLogTail = std::uint64_t{64} << 10;  // bytes that are read of a log's end

std::string end_of(const std::filesystem::path& log) {
  const auto file = platform::RegularFile::open(log);
  if (!file) return {};
  const std::uint64_t begin = file->size() > kLogTail ? file->size() - kLogTail : 0;
  std::string text = file->read(begin, kLogTail);
  if (begin > 0) text.erase(0, std::min(text.find('\n'), text.size()));  // a line that is not whole
  return text;
}

std::string safe_line(std::string_view line) {
  const std::string text = base::one_line(line, kLongestShown);
  std::string safe;
  for (std::string_view rest = text; !rest.empty();) {
    const char32_t character = base::take_character(rest);
    base::append_character(safe, base::is_unsafe_on_terminal(character) ? base::kReplacementCharacter : character);
  }
  return safe;
}

// The last rows of a log on a terminal of 80 columns.
std::vector<std::string> last_rows(const std::filesystem::path& log) {
  std::vector<std::string> rows;
  for (const std::string& line : last_lines(log, kRowsShown)) {
    rows.emplace_back();
    for (std::string_view rest = line; !rest.empty();) {
      std::string character;
      base::append_character(character, base::take_character(rest));
      const int width = base::columns_of(rows.back()) + base::columns_of(character);
      if (static_cast<std::size_t>(width) > kRowColumns) rows.emplace_back();
      rows.back() += character;
    }
  }
  if (rows.size() > kRowsShown) rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(kRowsShown));
  return rows;
}

std::string failure_of(const std::string& what, const record::BenchmarkRecord& benchmark, const std::filesystem::path& log) {
  const std::string code =
      benchmark.exit_code ? "with exit code " + std::to_string(*benchmark.exit_code) : "with an unknown exit code";
  const std::string failed =
      "iris-gpubench: " + what + " failed " + code + (benchmark.out_of_memory ? ", out of memory" : "");
  if (benchmark.attached) return failed + "\n";  // its log is where it was started
  std::string text = failed + "; ";
  const auto rows = last_rows(log);
  if (rows.empty()) return text + "its log is empty: " + log.string() + "\n";
  text += "the end of its log:\n";
  for (const std::string& row : rows) text += "  " + row + "\n";
  return text + "the complete log: " + log.string() + "\n";
}

}  // namespace

std::vector<std::string> last_lines(const std::filesystem::path& log, std::size_t most) {
  std::vector<std::string> lines;
  const std::string text = end_of(log);
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (const auto line = base::trimmed(rest.substr(0, end)); !line.empty()) lines.push_back(safe_line(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (lines.size() > most) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
  return lines;
}

std::string failure_text(const record::RunRecord& run, const std::filesystem::path& folder) {
  if (run.parts.empty())
    return record::has_failed(run.benchmark) ? failure_of("the benchmark", run.benchmark, folder / output_names(1, 0).log)
                                             : "";
  std::string text;
  std::size_t count = 0;
  for (const record::PartRecord& part : run.parts) {
    if (!record::has_failed(part.benchmark) || part.ran == base::Window{} || ++count > kLogsShown) continue;
    text += failure_of(base::one_line(part.benchmark.name, kLongestShown), part.benchmark, folder / part.log);
  }
  if (count > kLogsShown)
    text +=
        "iris-gpubench: " + std::to_string(count - kLogsShown) + " more failed; their logs are in " + folder.string() + "\n";
  return text;
}

}  // namespace gpubench::benchmark
