// Numbers as text, the same in every report and in every locale.
#pragma once

#include <cstddef>
#include <string>

#include "base/text.h"

namespace gpubench::report {

constexpr int kTableDecimals = 5;          // the predecessor's
constexpr std::size_t kLongestCell = 100;  // characters of an external string in a table
constexpr std::size_t kLongestUnit = 40;   // likewise of a unit's name

// Shortest text that reads back as the same number, always with a decimal point: "0.1", "250.0", "1.0e-07" (YAML 1.1 takes
// "1e-07" for a string).
std::string exact_number(double value);

// At most `decimals` decimals, trailing zeros cut but one kept: "143.0", "167.42962". A value too small for them keeps four
// significant digits instead of becoming 0: "0.0000008333".
std::string short_number(double value, int decimals);

// The same without the kept zero: "250", "61.5". For tables of data.
std::string plain_number(double value, int decimals);

// With a comma between thousands: "12,345.6". `number` is digits with at most a sign and decimals.
std::string grouped(std::string number);

// As many digits as a half-width gives meaning to, which are those of its two leading digits: 20811.43 of 20.8 is "20,811".
// At least two of the value are kept. Without a half-width above 0: six significant digits.
std::string rounded(double value, double half_width);

// Four significant digits, and all of a whole part: "0.8267", "20,811".
std::string significant(double value);

using base::one_line;
using base::valid_utf8;

}  // namespace gpubench::report
