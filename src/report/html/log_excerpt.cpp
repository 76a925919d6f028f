#include "report/html/log_excerpt.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "platform/regular_file.h"

namespace gpubench::report {
namespace {

// Nobody reads more than 256 KiB and 5000 lines, and these do not slow the page down.
constexpr std::uintmax_t kHeadBytes = std::uintmax_t{64} * 1024;
constexpr std::uintmax_t kTailBytes = std::uintmax_t{192} * 1024;
constexpr std::size_t kHeadLines = 1000;
constexpr std::size_t kTailLines = 4000;
constexpr std::size_t kLongestLine = 2000;  // bytes
constexpr std::uintmax_t kChunk = 1 << 16;  // read at a time

template <class Number>
bool parse_whole(std::string_view text, Number& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

// From this line on the log came at this time.
struct LogMark {
  std::uintmax_t line = 0;
  base::WallTime time;
};

std::optional<LogMark> parse_mark(std::string_view row) {
  const std::size_t comma = row.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  LogMark mark;
  if (!parse_whole(row.substr(0, comma), mark.line)) return std::nullopt;  // the heading
  const std::string_view rest = row.substr(comma + 1);
  const auto time = parse_log_time(rest.substr(0, rest.find(',')));
  if (!time) return std::nullopt;
  mark.time = *time;
  return mark;
}

// The lines of a file of any size.
class Rows {
 public:
  explicit Rows(const platform::RegularFile& file) : file_(file) {}

  // Valid until the next call; empty: there are no more. One of more than a chunk comes in pieces.
  std::optional<std::string_view> next() {
    std::size_t end = bytes_.find('\n', at_);
    if (end == std::string::npos) {
      bytes_.erase(0, at_);
      at_ = 0;
      const std::string more = file_.read(read_, kChunk);
      read_ += more.size();
      bytes_ += more;
      end = std::min(bytes_.find('\n'), bytes_.size());
    }
    if (at_ >= bytes_.size()) return std::nullopt;
    const auto row = std::string_view(bytes_).substr(at_, end - at_);
    at_ = end + 1;
    return row;
  }

 private:
  const platform::RegularFile& file_;
  std::string bytes_;
  std::size_t at_ = 0;       // of the next row in them
  std::uintmax_t read_ = 0;  // of the file
};

// One pass over the times beside the lines, whose numbers rise.
void add_times(std::vector<LogLine>& lines, const std::filesystem::path& path, base::WallTime start) {
  const auto file = platform::RegularFile::open(path);
  if (!file) return;
  std::optional<double> now;
  auto line = lines.begin();
  Rows rows(*file);
  while (line != lines.end()) {
    const auto row = rows.next();
    if (!row) break;
    const auto mark = parse_mark(*row);
    if (!mark) continue;
    for (; line != lines.end() && line->number < mark->line; ++line) line->seconds = now;
    now = base::to_seconds(mark->time - start);
  }
  for (; line != lines.end(); ++line) line->seconds = now;
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

// `first`: number of the first.
void append(LogExcerpt& excerpt, const std::vector<RawLine>& lines, std::uintmax_t first) {
  for (const RawLine& line : lines) excerpt.lines.push_back({first++, std::nullopt, plain_log_line(line.bytes)});
}

std::uintmax_t count_lines(const platform::RegularFile& file, std::uintmax_t from, std::uintmax_t to) {
  std::uintmax_t count = 0;
  while (from < to) {
    const std::string bytes = file.read(from, std::min(kChunk, to - from));
    if (bytes.empty()) break;
    count += static_cast<std::uintmax_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    from += bytes.size();
  }
  return count;
}

std::uintmax_t end_of(const RawLine& line) {
  return line.offset + line.bytes.size() + 1;
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

// The end of a log whose beginning, up to `head_end`, is there already.
void append_end(LogExcerpt& excerpt, const platform::RegularFile& file, std::uintmax_t head_end, std::uintmax_t size) {
  const std::uintmax_t from = std::max(head_end, size - std::min(size, kTailBytes));
  const std::string tail = file.read(from, size - from);
  std::vector<RawLine> lines = split(tail, from);
  if (from > head_end && lines.size() > 1) lines.erase(lines.begin());  // part of a line
  if (lines.size() > kTailLines) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kTailLines));
  const std::uintmax_t tail_begin = lines.empty() ? size : lines.front().offset;
  excerpt.left_out_after = excerpt.lines.size();
  excerpt.left_out_bytes = tail_begin - head_end;
  append(excerpt, lines, excerpt.lines.size() + 1 + count_lines(file, head_end, tail_begin));
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

std::optional<base::WallTime> parse_log_time(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  double second = 0;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      !text.ends_with('Z') || !parse_whole(text.substr(0, 4), year) || !parse_whole(text.substr(5, 2), month) ||
      !parse_whole(text.substr(8, 2), day) || !parse_whole(text.substr(11, 2), hour) ||
      !parse_whole(text.substr(14, 2), minute) || !parse_whole(text.substr(17, text.size() - 18), second))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return base::WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         base::from_seconds(second);
}

LogExcerpt read_log_excerpt(const std::filesystem::path& log, const std::filesystem::path& times, base::WallTime start) {
  LogExcerpt excerpt;
  const auto file = platform::RegularFile::open(log);
  if (!file) return excerpt;
  const std::uintmax_t size = file->size();
  const std::string head = file->read(0, std::min(size, kHeadBytes + kTailBytes));
  std::vector<RawLine> lines = split(head, 0);
  if (size == head.size() && lines.size() <= kHeadLines + kTailLines) {
    append(excerpt, lines, 1);
  } else {
    while (lines.size() > 1 && (lines.size() > kHeadLines || end_of(lines.back()) > kHeadBytes)) lines.pop_back();
    append(excerpt, lines, 1);
    append_end(excerpt, *file, std::min(end_of(lines.back()), size), size);
  }
  add_times(excerpt.lines, times, start);
  return excerpt;
}

}  // namespace gpubench::report
