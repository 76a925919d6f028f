// Driver functions that may not be there: in this driver, or for this GPU.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

#include "meter/nvml/nvml_api.h"
#include "meter/reading.h"

namespace gpubench::meter {

inline Absent absent_of(int code) {
  switch (code) {
    case kNvmlNotSupported:
    case kNvmlFunctionNotFound:
    case kNvmlArgumentVersionMismatch:
      return Absent::unsupported;
    case kNvmlGpuIsLost:
      return Absent::gpu_lost;
    default:
      return Absent::failed;
  }
}

// What is known of a call so far: whether it ever worked, and whether it need not be tried again.
class Support {
 public:
  [[nodiscard]] bool refused() const { return refused_; }
  // Remembers the code and returns it. A call that has worked before and is now "not supported" has failed only this
  // time: some drivers say so when called too often.
  int note(int code) {
    if (code == kNvmlSuccess) worked_ = true;
    if (code == kNvmlSuccess || absent_of(code) != Absent::unsupported) return code;
    if (worked_) return kNvmlUnknown;
    refused_ = true;
    return code;
  }

 private:
  bool worked_ = false;
  bool refused_ = false;
};

// One driver function for one GPU. Once found unsupported it is not called again.
template <class... Args>
class OptionalCall {
 public:
  using Function = int (*)(NvmlHandle, Args...);
  explicit OptionalCall(Function function) : function_(function) {}

  // Returns the driver's code.
  int operator()(NvmlHandle device, std::type_identity_t<Args>... args) {
    if (function_ == nullptr || support_.refused()) return kNvmlNotSupported;
    return support_.note(function_(device, args...));
  }

  // The number that the function writes through its last argument. All ones is the driver's "no value".
  template <class Value, class... Leading>
  Field<Value> value(NvmlHandle device, Leading... leading) {
    auto result = static_cast<Value>(-1);
    const int code = (*this)(device, leading..., &result);
    if (code != kNvmlSuccess) return absent(absent_of(code));
    if (result == static_cast<Value>(-1)) return absent(Absent::failed);
    return result;
  }

 private:
  Function function_;
  Support support_;
};

// The number in a union of the given nvmlValueType_t; nothing if the type is unknown or the driver has no value.
inline std::optional<double> number_of(int type, const NvmlValue& value) {
  switch (type) {
    case kNvmlDouble:
      return std::isfinite(value.real) ? std::optional(value.real) : std::nullopt;
    case kNvmlUnsignedInt:
      return value.unsigned_32 == kNvmlNoValue32 ? std::nullopt : std::optional<double>(value.unsigned_32);
    case kNvmlUnsignedLong:
    case kNvmlUnsignedLongLong:
      return value.unsigned_64 == kNvmlNoValue64 ? std::nullopt : std::optional(static_cast<double>(value.unsigned_64));
    case kNvmlSignedLongLong:
      return value.signed_64 < 0 ? std::nullopt : std::optional(static_cast<double>(value.signed_64));
    case kNvmlSignedInt:
      return value.signed_32 < 0 ? std::nullopt : std::optional<double>(value.signed_32);
    case kNvmlUnsignedShort:
      return value.unsigned_16;
    default:
      return std::nullopt;
  }
}

// One field of nvmlDeviceGetFieldValues for one GPU.
class OptionalField {
 public:
  OptionalField(decltype(NvmlApi::Values::field_values) function, std::uint32_t id) : function_(function), id_(id) {}

  Field<double> read(NvmlHandle device) {
    if (function_ == nullptr || support_.refused()) return absent(Absent::unsupported);
    NvmlFieldValue field;
    field.field_id = id_;
    const int call_code = function_(device, 1, &field);
    const int code = support_.note(call_code != kNvmlSuccess ? call_code : field.code);
    if (code != kNvmlSuccess) return absent(absent_of(code));
    const auto number = number_of(field.value_type, field.value);
    if (!number) return absent(Absent::failed);
    return *number;
  }

 private:
  decltype(NvmlApi::Values::field_values) function_;
  std::uint32_t id_;
  Support support_;
};

}  // namespace gpubench::meter
