// Units as values: for tables and formats that name a quantity once and read and make its numbers.
#pragma once

#include <string_view>

#include "base/quantity.h"

namespace gpubench::base {

template <class Quantity>
struct Unit {
  std::string_view name;  // in keys: "power_limit_watts"
  double (Quantity::*number)() const;
  Quantity (*make)(double);
};

inline constexpr Unit<Power> kWatts{"watts", &Power::watts, Power::from_watts};
inline constexpr Unit<Power> kMilliwatts{"mw", &Power::milliwatts, Power::from_milliwatts};
inline constexpr Unit<Bytes> kBytes{"bytes", &Bytes::bytes, Bytes::from_bytes};
inline constexpr Unit<Bytes> kMebibytes{"mib", &Bytes::mebibytes, Bytes::from_mebibytes};
inline constexpr Unit<Frequency> kMegahertz{"mhz", &Frequency::megahertz, Frequency::from_megahertz};
inline constexpr Unit<DataRate> kBytesPerSecond{"bytes_per_second", &DataRate::bytes_per_second,
                                                DataRate::from_bytes_per_second};
inline constexpr Unit<OperationRate> kOperationsPerSecond{"flop_per_second", &OperationRate::per_second,
                                                          OperationRate::from_per_second};
inline constexpr Unit<Temperature> kCelsius{"celsius", &Temperature::celsius, Temperature::from_celsius};
inline constexpr Unit<Ratio> kFraction{"fraction", &Ratio::fraction, Ratio::from_fraction};
inline constexpr Unit<Ratio> kPercent{"percent", &Ratio::percent, Ratio::from_percent};
inline constexpr Unit<Emissions> kGrams{"grams", &Emissions::grams, Emissions::from_grams};
inline constexpr Unit<CarbonIntensity> kGramsPerKilowattHour{"grams_per_kwh", &CarbonIntensity::grams_per_kilowatt_hour,
                                                             CarbonIntensity::from_grams_per_kilowatt_hour};

}  // namespace gpubench::base
