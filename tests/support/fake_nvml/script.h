// The script of the look-alike of libnvidia-ml.so.1: the text file named by FAKE_NVML_SCRIPT (read at
// nvmlInit_v2, which is also time 0; without it: one idle GPU). One directive a line, '#' starts a comment; "gpu N" before a
// directive of the first group gives it to that GPU only. Times are seconds since nvmlInit_v2, power is in watts.
//
//   name TEXT                         name of the GPU (default "NVIDIA Fake H200")
//   profile steady W                  (default: steady 100)
//   profile steps T:W T:W ...         W holds from T on; before the first T: its W
//   profile square PERIOD DUTY LOW HIGH   HIGH for the first DUTY (0..1) of each PERIOD from time 0 on, LOW before
//   load_file PATH LOW HIGH           HIGH from the creation of PATH to its deletion (looked at every millisecond)
//   process PID MIB                   runs on the GPU (repeatable)
//   process_file PATH                 the same for each "PID MIB" in the file, read again at each call
//   throttled FIELD SHARE             accumulator 74 to 79 grows by that share of the time under load
//   ecc CORRECTED UNCORRECTED T       so many more memory errors from T on
//   xid NUMBER T                      an error event at T
//   gpm ID T:VALUE T:VALUE ...        the GPM metric holds VALUE from T on; a GPU with one supports GPM. "nan" is a value
//   gpm_code ID CODE                  the metric's own code
//   mig N                             divided by MIG into N instances
//   lost_at T                         every call for this GPU says "GPU is lost" from then on
//   counter frozen_at T | rate W | restart_at T | jump_at T JOULES   ways in which the energy counter is wrong
//   ring zero N | future SECONDS | depth N | period SECONDS | type VALUETYPE   N oldest stamps 0; stamps put forward; shape
//
//   gpus N
//   host_uuids                        the UUIDs are of this machine's name (a few bytes of it), as those of another one
//   visible_by PATTERN                GPU N is hidden if the file PATTERN, with N for its %d, may not be opened (EPERM)
//   missing SYMBOL                    dlsym does not find it
//   fail SYMBOL CODE [from T | every N]   SYMBOL may be field:83 or field:185 (the field's own code); gpu:N: opening GPU N
//   no_value SYMBOL                   succeeds with all bits set, NVML's "not available"; field:83 and field:185 too
//   delay SYMBOL SECONDS              how long the call takes
//   memory USED RESERVED TOTAL        MiB
//   clocks SM MEMORY                  MHz
//   chip BITS CORES                   width of the memory's bus; of FP32 (default: neither is known)
//   limits ENFORCED MAX               W
//
// The true energy is known: power is the profile, the counter is its integral at the last full 0.1 s (GPU 1's 37 ms later,
// GPU 2's 74 ms later and so on: each board counts by a clock of its own), a ring sample is the mean of its 20 ms, power
// usage the mean of 1 s at the last full 0.1 s, utilisation and temperature follow the power.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "meter/nvml/nvml_api.h"

namespace gpubench::fake_nvml {

using namespace gpubench::meter;

// Power over time: pieces of constant power, or a square wave. The file of a load_file adds pieces while the fake runs.
struct Profile {
  std::vector<std::pair<double, double>> pieces{{0.0, 100.0}};  // from, watts
  double period = 0.0;                                          // > 0: a square wave
  double duty = 0.5;
  double low = 100.0;
  double high = 100.0;
  std::string load_file;

  [[nodiscard]] double lowest() const {
    double result = std::min(low, high);
    if (period == 0.0 && load_file.empty()) result = pieces.front().second;
    if (period == 0.0)
      for (const auto& piece : pieces) result = std::min(result, piece.second);
    return result;
  }
  // Energy from time 0 to t; negative before.
  [[nodiscard]] double joules(double t) const { return period > 0.0 ? square_joules(t) : pieces_joules(t); }

 private:
  [[nodiscard]] double square_joules(double t) const {
    if (t <= 0.0) return low * t;
    const double whole = std::floor(t / period);
    const double on = duty * period;
    const double rest = t - whole * period;
    return whole * (on * high + (period - on) * low) + std::min(rest, on) * high + std::max(0.0, rest - on) * low;
  }
  [[nodiscard]] double pieces_joules(double t) const { return since_first(t) - since_first(0.0); }
  [[nodiscard]] double since_first(double t) const {
    if (t <= pieces.front().first) return (t - pieces.front().first) * pieces.front().second;
    double sum = 0.0;
    for (std::size_t i = 0; i < pieces.size() && pieces[i].first < t; ++i) {
      const double end = i + 1 < pieces.size() ? std::min(t, pieces[i + 1].first) : t;
      sum += (end - pieces[i].first) * pieces[i].second;
    }
    return sum;
  }
};

struct Counter {
  double frozen_at = INFINITY, rate = NAN, restart_at = INFINITY, jump_at = INFINITY, jump_joules = 0.0;
  double lag = 0.0;  // of its steps behind each full 0.1 s
};

struct Ring {
  int zero = 0, depth = 119, type = kNvmlUnsignedInt;
  double future = 0.0, period = 0.020;
};

struct Gpu {
  unsigned minor = 0;  // its number among all, also of those that are hidden
  std::string name = "NVIDIA Fake H200";
  Profile profile;
  Counter counter;
  Ring ring;
  double lost_at = INFINITY;
  std::vector<NvmlProcess> processes;
  std::string process_file;
  std::map<unsigned, double> throttled;
  double ecc_corrected = 0, ecc_uncorrected = 0, ecc_from = INFINITY;
  std::uint64_t xid = 0;
  double xid_from = INFINITY;
  bool xid_told = false;
  unsigned mig_instances = 0;
  std::map<unsigned, Profile> gpm;  // values in place of watts
  std::map<unsigned, int> gpm_codes;
};

struct Fault {
  int code = kNvmlSuccess;
  double from = -INFINITY;
  int every = 1;
};

struct Script {
  std::vector<Gpu> gpus{1};
  std::vector<std::string> missing;
  std::multimap<std::string, Fault> faults;
  std::map<std::string, double> delays;
  std::vector<std::string> no_value;
  double memory_used = 500, memory_reserved = 600, memory_total = 143771;
  unsigned sm_clock = 1980, memory_clock = 3201;
  unsigned bus_width = 0, cores = 0;
  double enforced_limit = 700, max_limit = 700;
  std::string host = "0000";  // of the UUIDs, four hexadecimal digits
  std::string visible_by;
};

Script read_script();
// The next "PID MIB".
NvmlProcess read_process(std::istream& from);
bool contains(const std::vector<std::string>& names, const std::string& name);

}  // namespace gpubench::fake_nvml
