#include "report/timeseries_csv.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "meter/throttle_reasons.h"
#include "meter/value_facts.h"
#include "record/activity.h"
#include "report/phases.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

// Reads one series front to back, a chunk at a time.
template <class T>
class Cursor {
 public:
  explicit Cursor(const series::Series<T>* series) : series_(series) { fill(); }
  [[nodiscard]] bool done() const { return position_ == count_; }
  [[nodiscard]] const T& value() const { return chunk_[position_]; }
  void advance() {
    if (++position_ == count_) fill();
  }

 private:
  void fill() {
    next_ += count_;
    position_ = 0;
    count_ = series_ == nullptr ? 0 : series_->read(next_, chunk_);
  }

  const series::Series<T>* series_;
  std::array<T, 256> chunk_;
  std::size_t next_ = 0;  // of the chunk in the series
  std::size_t position_ = 0;
  std::size_t count_ = 0;
};

// Calls visit(gpu, value) over all series in time order; of equal times the first GPU's comes first.
template <class T, class Visit>
void merge_by_time(std::vector<Cursor<T>>& cursors, Visit visit) {
  for (;;) {
    std::size_t next = cursors.size();
    for (std::size_t i = 0; i < cursors.size(); ++i)
      if (!cursors[i].done() && (next == cursors.size() || cursors[i].value().time < cursors[next].value().time)) next = i;
    if (next == cursors.size()) return;
    visit(next, cursors[next].value());
    cursors[next].advance();
  }
}

// A field of RFC 4180: quoted if it must be.
std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void put_three_digits(char* to, unsigned number) {
  to[0] = static_cast<char>('0' + number / 100);
  to[1] = static_cast<char>('0' + number / 10 % 10);
  to[2] = static_cast<char>('0' + number % 10);
}

// Times of rows: the second's text is made once for all rows of that second.
class RowClock {
 public:
  explicit RowClock(const record::RunRecord& run) : run_(run) {}

  // "2026-11-22T12:00:00.123Z"; it stands until the next call.
  std::string_view timestamp(base::SteadyTime time) {
    const base::WallTime wall = run_.facts.anchor.to_wall(time);
    if (text_.empty() || wall < second_ || wall - second_ >= std::chrono::seconds(1)) {
      second_ = std::chrono::floor<std::chrono::seconds>(wall);
      text_ = base::utc_text_milliseconds(second_);
    }
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(wall - second_).count();
    put_three_digits(text_.data() + text_.size() - kFraction, static_cast<unsigned>(milliseconds));
    return text_;
  }
  // Before the workload's start: negative.
  [[nodiscard]] base::Duration elapsed(base::SteadyTime time) const { return time - run_.ran.start; }

 private:
  static constexpr std::size_t kFraction = 4;  // characters from the first digit after the point on

  const record::RunRecord& run_;
  std::string text_;
  base::WallTime second_;
};

// The predecessor's columns first.
constexpr std::array kValueColumns{meter::ValueKind::utilization, meter::ValueKind::power,
                                   meter::ValueKind::temperature, meter::ValueKind::memory_used,
                                   meter::ValueKind::sm_clock,    meter::ValueKind::memory_clock,
                                   meter::ValueKind::power_limit, meter::ValueKind::memory_utilization};

std::string cell(const meter::Field<double>& value) {
  return value ? plain_number(*value, 5) : std::string();
}

// "software_power_cap|hardware_thermal", "none"; bits without a name as one hexadecimal number.
std::string reasons_text(meter::ThrottleReasons reasons) {
  std::string text;
  std::uint64_t unknown = 0;
  for (std::uint64_t bit = 1; bit != 0; bit <<= 1U) {
    if ((reasons.bits & bit) == 0) continue;
    const std::string_view name = meter::throttle_reason_name(bit);
    if (name.empty()) unknown |= bit;
    base::add_item(text, name, "|");
  }
  if (unknown != 0) text += fmt::format("{}{:#x}", text.empty() ? "" : "|", unknown);
  return text.empty() ? "none" : text;
}

// The driver's index of each series' GPU.
std::vector<int> gpu_indices(const record::RunRecord& run, std::size_t series) {
  std::vector<int> indices;
  for (const record::GpuRecord* gpu : run.all_gpus()) indices.push_back(gpu->gpu.index);
  while (indices.size() < series) indices.push_back(static_cast<int>(indices.size()));
  return indices;
}

// `activity`: columns of it, at the end.
void write_reading(std::ostream& out, RowClock& clock, int gpu, const meter::GpuReading& reading, std::string_view source,
                   const std::vector<meter::ValueKind>& activity) {
  out << clock.timestamp(reading.time) << ',' << gpu;
  for (const meter::ValueKind kind : kValueColumns) out << ',' << cell(meter::facts_of(kind).read(reading));
  out << ',' << (reading.throttle_reasons ? csv_field(reasons_text(*reading.throttle_reasons)) : "") << ','
      << plain_number(base::to_seconds(clock.elapsed(reading.time)), 6) << ',' << csv_field(source);
  for (const meter::ValueKind kind : activity) out << ',' << cell(meter::facts_of(kind).read(reading));
  out << '\n';
}

// "-12.345", rounded as {:.3f} does but for ties.
void append_thousandths(fmt::memory_buffer& text, std::int64_t thousandths) {
  std::array<char, 4> fraction{'.'};
  const auto size = static_cast<std::uint64_t>(thousandths < 0 ? -thousandths : thousandths);
  if (thousandths < 0) text.push_back('-');
  const fmt::format_int whole(size / 1000);
  put_three_digits(fraction.data() + 1, static_cast<unsigned>(size % 1000));
  text.append(whole.data(), whole.data() + whole.size());
  text.append(fraction.data(), fraction.data() + fraction.size());
}

void append_watts(fmt::memory_buffer& text, double watts) {
  constexpr double kWhole =
      1e12;  // far within 64 bits of milliwatts; what is beyond, or no number, is nothing to be quick about
  if (std::abs(watts) < kWhole) {
    append_thousandths(text, std::llround(watts * 1000));
  } else {
    fmt::format_to(std::back_inserter(text), "{:.3f}", watts);
  }
}

// Rows of power.csv. A day of eight GPUs has 35 million of them, so their text is put together by hand and handed on in
// large pieces.
class PowerRows {
 public:
  PowerRows(std::ostream& out, const record::RunRecord& run, const std::vector<int>& gpu_indices) : out_(out), clock_(run) {
    for (const int index : gpu_indices) gpus_.push_back(fmt::format(",{},", index));
    end_ = fmt::format(",{}\n", run.facts.source.name);
  }

  void add(std::size_t gpu, const meter::PowerSample& sample) {
    append(clock_.timestamp(sample.time));
    text_.push_back(',');
    append_thousandths(text_, milliseconds(clock_.elapsed(sample.time)));
    append(gpus_[gpu]);
    append_watts(text_, sample.power.watts());
    append(end_);
    if (text_.size() >= kPiece) flush();
  }
  void flush() {
    out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }

 private:
  static constexpr std::size_t kPiece = 32768;  // bytes

  void append(std::string_view more) { text_.append(more.data(), more.data() + more.size()); }
  static std::int64_t milliseconds(base::Duration duration) {
    return std::chrono::round<std::chrono::milliseconds>(duration).count();
  }

  std::ostream& out_;
  RowClock clock_;
  std::vector<std::string> gpus_;  // index of each as a field
  std::string end_;                // of every row
  fmt::memory_buffer text_;
};

}  // namespace

void write_timeseries_csv(std::ostream& out, const record::RunRecord& run, const std::vector<series::GpuSeries>& series) {
  out << "timestamp,gpu_idx";
  for (const meter::ValueKind kind : kValueColumns) out << ',' << meter::facts_of(kind).column;
  out << ",throttle_reasons,elapsed_s,source";
  const std::vector<meter::ValueKind> activity = record::known_activity(run);
  for (const meter::ValueKind kind : activity) out << ',' << meter::facts_of(kind).column;
  out << '\n';
  std::vector<Cursor<meter::GpuReading>> cursors;
  cursors.reserve(series.size());
  for (const series::GpuSeries& gpu : series) cursors.emplace_back(gpu.readings.get());
  RowClock clock(run);
  const std::vector<int> indices = gpu_indices(run, series.size());
  merge_by_time(cursors, [&](std::size_t gpu, const meter::GpuReading& reading) {
    write_reading(out, clock, indices[gpu], reading, run.facts.source.name, activity);
  });
}

void write_power_csv(std::ostream& out, const record::RunRecord& run, const std::vector<series::GpuSeries>& series) {
  out << "timestamp,elapsed_s,gpu_idx,power_w,source\n";
  std::vector<Cursor<meter::PowerSample>> cursors;
  cursors.reserve(series.size());
  for (const series::GpuSeries& gpu : series) cursors.emplace_back(gpu.power.get());
  PowerRows rows(out, run, gpu_indices(run, series.size()));
  merge_by_time(cursors, [&](std::size_t gpu, const meter::PowerSample& sample) { rows.add(gpu, sample); });
  rows.flush();
}

namespace {

// A name may have any character.
std::string csv_cell(const std::string& text) {
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

}  // namespace

void write_phases_csv(std::ostream& out, const record::RunRecord& run) {
  const phases::PhaseAccount& account = *run.phases;
  out << "timestamp,elapsed_s,seconds,depth,phase,energy_j,uncertainty_j\n";
  for (const phases::PhaseBar& bar : account.bars) {
    out << base::utc_text_milliseconds(run.facts.anchor.to_wall(bar.time.start)) << ','
        << plain_number(base::to_seconds(bar.time.start - run.ran.start), 6) << ','
        << plain_number(base::to_seconds(bar.time.length()), 6) << ',' << account.phases[bar.phase].depth << ','
        << csv_cell(one_line(phase_path(account, bar.phase))) << ',';
    if (bar.energy) out << plain_number(bar.energy->joules(), 3) << ',' << plain_number(bar.half_width.joules(), 3);
    if (!bar.energy) out << ',';
    out << '\n';
  }
}

}  // namespace gpubench::report
