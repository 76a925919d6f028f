// What is sent: values of named series, each with a place in the run's journal.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpubench::exporting {

using Labels = std::vector<std::pair<std::string, std::string>>;

// A series by its name and labels: sorted by label, values that every receiver stores as they are.
struct Series {
  std::string name;
  Labels labels;

  // {"__name__":"...","label":"..."}: one text for one series.
  [[nodiscard]] std::string json() const;
  friend bool operator==(const Series&, const Series&) = default;
};

// Label values are made valid UTF-8, without control characters and of at most 1,024 bytes: receivers cut or drop silently
// above. Empty ones are left out, as receivers do.
Series make_series(std::string_view name, Labels labels);

// A value's position: the journal's record and the place within. What is before a position does not change when the journal
// grows or is damaged elsewhere.
struct Place {
  std::uint64_t record = 0;
  std::uint32_t position = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

// One value of the series at position `series` of a table that the source keeps.
struct Sample {
  std::uint32_t series = 0;
  std::int64_t time_ms = 0;  // since 1970, UTC; rising within a series
  double value = 0;          // finite, in the unit that the series' name ends in, rounded
  Place place;
};
// The first place that follows a sample's.
inline Place after(const Sample& sample) {
  return {sample.place.record, sample.place.position + 1};
}

// The value that says that a series has ended (remote write 1.0): without it, queries continue with the last value for five
// minutes. A NaN of its own: not to be computed with.
double end_of_series();

// Of a reading. Three decimals are all that a driver reports (mW), and receivers store them exactly.
double rounded(double value);
// Of a result: nine digits, as joules of one unit of work may be small, and at least the three decimals of a time.
double rounded_result(double value);

}  // namespace gpubench::exporting
