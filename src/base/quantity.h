// Physical quantities with their units. A bare double never crosses a header: a value is made and read through a named
// unit, and only meaningful arithmetic compiles (Power * Duration -> Energy, Energy * CarbonIntensity -> Emissions).
#pragma once

#include <compare>

#include "base/time.h"

namespace gpubench::base {

// What all quantities share: addition, scaling, comparison and the ratio of two of a kind. The value is kept in one base
// unit per quantity, private to the named constructors.
template <class Derived>
class Quantity {
 public:
  friend constexpr Derived operator+(Derived a, Derived b) { return make(a.value_ + b.value_); }
  friend constexpr Derived operator-(Derived a, Derived b) { return make(a.value_ - b.value_); }
  friend constexpr Derived operator-(Derived a) { return make(-a.value_); }
  friend constexpr Derived operator*(Derived a, double factor) { return make(a.value_ * factor); }
  friend constexpr Derived operator*(double factor, Derived a) { return a * factor; }
  friend constexpr Derived operator/(Derived a, double divisor) { return make(a.value_ / divisor); }
  friend constexpr double operator/(Derived a, Derived b) { return a.value_ / b.value_; }
  friend constexpr auto operator<=>(Derived a, Derived b) { return a.value_ <=> b.value_; }
  friend constexpr bool operator==(Derived a, Derived b) { return a.value_ == b.value_; }
  constexpr Derived& operator+=(Derived other) {
    value_ += other.value_;
    return static_cast<Derived&>(*this);
  }
  constexpr Derived& operator-=(Derived other) {
    value_ -= other.value_;
    return static_cast<Derived&>(*this);
  }

 protected:
  double value_ = 0.0;

 private:
  friend Derived;  // nobody else can derive from Quantity<Derived>
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}
  static constexpr Derived make(double value) { return Derived(value); }
};

// Base unit: watt.
class Power : public Quantity<Power> {
 public:
  constexpr Power() = default;
  static constexpr Power from_watts(double watts) { return Power(watts); }
  static constexpr Power from_milliwatts(double milliwatts) { return Power(milliwatts / 1e3); }
  [[nodiscard]] constexpr double watts() const { return value_; }
  [[nodiscard]] constexpr double milliwatts() const { return value_ * 1e3; }

 private:
  friend class Quantity<Power>;
  constexpr explicit Power(double watts) : Quantity(watts) {}
};

// Base unit: joule. 1 kWh = 3.6e6 J.
class Energy : public Quantity<Energy> {
 public:
  constexpr Energy() = default;
  static constexpr Energy from_joules(double joules) { return Energy(joules); }
  static constexpr Energy from_millijoules(double millijoules) { return Energy(millijoules / 1e3); }
  static constexpr Energy from_kilowatt_hours(double kilowatt_hours) { return Energy(kilowatt_hours * 3.6e6); }
  [[nodiscard]] constexpr double joules() const { return value_; }
  [[nodiscard]] constexpr double kilowatt_hours() const { return value_ / 3.6e6; }

 private:
  friend class Quantity<Energy>;
  constexpr explicit Energy(double joules) : Quantity(joules) {}
};

// Greenhouse-gas emissions per unit of electrical energy. Base unit: gram of CO2 equivalent per kilowatt hour, the unit of
// every grid operator.
class CarbonIntensity : public Quantity<CarbonIntensity> {
 public:
  constexpr CarbonIntensity() = default;
  static constexpr CarbonIntensity from_grams_per_kilowatt_hour(double value) { return CarbonIntensity(value); }
  [[nodiscard]] constexpr double grams_per_kilowatt_hour() const { return value_; }

 private:
  friend class Quantity<CarbonIntensity>;
  constexpr explicit CarbonIntensity(double value) : Quantity(value) {}
};

// Base unit: gram of CO2 equivalent.
class Emissions : public Quantity<Emissions> {
 public:
  constexpr Emissions() = default;
  static constexpr Emissions from_grams(double grams) { return Emissions(grams); }
  [[nodiscard]] constexpr double grams() const { return value_; }

 private:
  friend class Quantity<Emissions>;
  constexpr explicit Emissions(double grams) : Quantity(grams) {}
};

// Base unit: degree Celsius.
class Temperature : public Quantity<Temperature> {
 public:
  constexpr Temperature() = default;
  static constexpr Temperature from_celsius(double celsius) { return Temperature(celsius); }
  [[nodiscard]] constexpr double celsius() const { return value_; }

 private:
  friend class Quantity<Temperature>;
  constexpr explicit Temperature(double celsius) : Quantity(celsius) {}
};

// Amount of memory. Base unit: byte (exact up to 2^53). 1 MiB = 2^20 bytes.
class Bytes : public Quantity<Bytes> {
 public:
  constexpr Bytes() = default;
  static constexpr Bytes from_bytes(double bytes) { return Bytes(bytes); }
  static constexpr Bytes from_mebibytes(double mebibytes) { return Bytes(mebibytes * 1048576.0); }
  [[nodiscard]] constexpr double bytes() const { return value_; }
  [[nodiscard]] constexpr double mebibytes() const { return value_ / 1048576.0; }

 private:
  friend class Quantity<Bytes>;
  constexpr explicit Bytes(double bytes) : Quantity(bytes) {}
};

// Clock rate. Base unit: hertz.
class Frequency : public Quantity<Frequency> {
 public:
  constexpr Frequency() = default;
  static constexpr Frequency from_megahertz(double megahertz) { return Frequency(megahertz * 1e6); }
  [[nodiscard]] constexpr double megahertz() const { return value_ / 1e6; }
  [[nodiscard]] constexpr double hertz() const { return value_; }

 private:
  friend class Quantity<Frequency>;
  constexpr explicit Frequency(double hertz) : Quantity(hertz) {}
};

// A share of a whole. Base unit: 1 (0.5 is 50 %).
class Ratio : public Quantity<Ratio> {
 public:
  constexpr Ratio() = default;
  static constexpr Ratio from_fraction(double fraction) { return Ratio(fraction); }
  static constexpr Ratio from_percent(double percent) { return Ratio(percent / 100.0); }
  [[nodiscard]] constexpr double fraction() const { return value_; }
  [[nodiscard]] constexpr double percent() const { return value_ * 100.0; }

 private:
  friend class Quantity<Ratio>;
  constexpr explicit Ratio(double fraction) : Quantity(fraction) {}
};

// What is moved in a time. Base unit: byte per second. 1 MiB = 2^20 bytes.
class DataRate : public Quantity<DataRate> {
 public:
  constexpr DataRate() = default;
  static constexpr DataRate from_bytes_per_second(double bytes) { return DataRate(bytes); }
  static constexpr DataRate from_mebibytes_per_second(double mebibytes) { return DataRate(mebibytes * 1048576.0); }
  [[nodiscard]] constexpr double bytes_per_second() const { return value_; }
  [[nodiscard]] constexpr double megabytes_per_second() const { return value_ / 1e6; }
  [[nodiscard]] constexpr double gigabytes_per_second() const { return value_ / 1e9; }

 private:
  friend class Quantity<DataRate>;
  constexpr explicit DataRate(double bytes) : Quantity(bytes) {}
};

// Floating-point operations in a time. Base unit: one per second.
class OperationRate : public Quantity<OperationRate> {
 public:
  constexpr OperationRate() = default;
  static constexpr OperationRate from_per_second(double operations) { return OperationRate(operations); }
  [[nodiscard]] constexpr double per_second() const { return value_; }

 private:
  friend class Quantity<OperationRate>;
  constexpr explicit OperationRate(double operations) : Quantity(operations) {}
};

constexpr Energy operator*(Power power, Duration duration) {
  return Energy::from_joules(power.watts() * to_seconds(duration));
}
constexpr Energy operator*(Duration duration, Power power) {
  return power * duration;
}
constexpr Power operator/(Energy energy, Duration duration) {
  return Power::from_watts(energy.joules() / to_seconds(duration));
}
constexpr Emissions operator*(Energy energy, CarbonIntensity intensity) {
  return Emissions::from_grams(energy.kilowatt_hours() * intensity.grams_per_kilowatt_hour());
}
constexpr CarbonIntensity operator/(Emissions emissions, Energy energy) {
  return CarbonIntensity::from_grams_per_kilowatt_hour(emissions.grams() / energy.kilowatt_hours());
}

}  // namespace gpubench::base
