#include "report/html/log_excerpt.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>

namespace gpubench::report {
namespace {

// 256 KiB and 5000 lines are read by nobody to the end, and do not slow the page down.
constexpr std::uintmax_t kHeadBytes = 64 * 1024;
constexpr std::uintmax_t kTailBytes = 192 * 1024;
constexpr std::size_t kHeadLines = 1000;
constexpr std::size_t kTailLines = 4000;
constexpr std::size_t kLongestLine = 2000;  // bytes

struct LogMark {
  double seconds = 0;  // since the run's start
  std::uintmax_t offset = 0;
};

std::vector<LogMark> read_marks(const std::filesystem::path& path, base::WallTime start) {
  std::vector<LogMark> marks;
  std::ifstream file(path);
  const double start_seconds = base::to_seconds(start.time_since_epoch());
  for (std::string line; std::getline(file, line);) {
    LogMark mark;
    const char* const end = line.data() + line.size();
    const auto seconds = std::from_chars(line.data(), end, mark.seconds);
    if (seconds.ec != std::errc() || seconds.ptr == end || *seconds.ptr != ',') continue;  // the heading
    if (std::from_chars(seconds.ptr + 1, end, mark.offset).ec != std::errc()) continue;
    mark.seconds -= start_seconds;
    marks.push_back(mark);
  }
  return marks;
}

std::optional<double> time_of(const std::vector<LogMark>& marks, std::uintmax_t offset) {
  const auto after = std::upper_bound(marks.begin(), marks.end(), offset,
                                      [](std::uintmax_t value, const LogMark& mark) { return value < mark.offset; });
  return after == marks.begin() ? std::nullopt : std::optional(std::prev(after)->seconds);
}

std::string read_bytes(std::ifstream& file, std::uintmax_t from, std::uintmax_t count) {
  std::string bytes(count, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(from));
  file.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return bytes;
}

struct RawLine {
  std::uintmax_t offset = 0;  // in the file
  std::string_view bytes;
};

std::vector<RawLine> split(std::string_view bytes, std::uintmax_t offset) {
  std::vector<RawLine> lines;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    lines.push_back({offset + begin, bytes.substr(begin, end - begin)});
    begin = end + 1;
  }
  return lines;
}

void append(LogExcerpt& excerpt, const std::vector<RawLine>& lines, const std::vector<LogMark>& marks) {
  for (const RawLine& line : lines) excerpt.lines.push_back({time_of(marks, line.offset), plain_log_line(line.bytes)});
}

// Position after the escape sequence that begins at `i`.
std::size_t skip_escape(std::string_view line, std::size_t i) {
  if (++i >= line.size()) return i;
  const char kind = line[i++];
  if (kind == '[') {
    while (i < line.size() && (line[i] < 0x40 || line[i] > 0x7e)) ++i;
    return i + 1;
  }
  if (kind != ']') return i;
  while (i < line.size() && line[i] != '\a' && line[i] != '\x1b') ++i;
  return i < line.size() && line[i] == '\x1b' ? i + 2 : i + 1;
}

}  // namespace

std::string plain_log_line(std::string_view line) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  if (const std::size_t overwritten = line.rfind('\r'); overwritten != std::string_view::npos)
    line.remove_prefix(overwritten + 1);
  std::string text;
  for (std::size_t i = 0; i < line.size() && text.size() < kLongestLine;) {
    if (line[i] == '\x1b') {
      i = skip_escape(line, i);
    } else {
      text += line[i++];
    }
  }
  if (text.size() >= kLongestLine) text += " ...";
  return text;
}

LogExcerpt read_log_excerpt(const std::filesystem::path& log, const std::filesystem::path& times, base::WallTime start) {
  LogExcerpt excerpt;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(log, error);
  std::ifstream file(log, std::ios::binary);
  if (error || !file) return excerpt;
  const std::vector<LogMark> marks = read_marks(times, start);
  const std::string head = read_bytes(file, 0, std::min(size, kHeadBytes + kTailBytes));
  std::vector<RawLine> lines = split(head, 0);
  if (size == head.size() && lines.size() <= kHeadLines + kTailLines) {
    append(excerpt, lines, marks);
    return excerpt;
  }
  while (lines.size() > 1 && (lines.size() > kHeadLines || lines.back().offset + lines.back().bytes.size() > kHeadBytes))
    lines.pop_back();
  const std::uintmax_t head_end = std::min<std::uintmax_t>(lines.back().offset + lines.back().bytes.size() + 1, size);
  append(excerpt, lines, marks);
  excerpt.left_out_after = lines.size();
  const std::uintmax_t tail_from = std::max(head_end, size - std::min(size, kTailBytes));
  const std::string tail = read_bytes(file, tail_from, size - tail_from);
  lines = split(tail, tail_from);
  if (tail_from > head_end && lines.size() > 1) lines.erase(lines.begin());  // part of a line
  if (lines.size() > kTailLines) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kTailLines));
  excerpt.left_out_bytes = (lines.empty() ? size : lines.front().offset) - head_end;
  append(excerpt, lines, marks);
  return excerpt;
}

}  // namespace gpubench::report
