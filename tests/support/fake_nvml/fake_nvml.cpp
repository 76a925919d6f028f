// A look-alike of libnvidia-ml.so.1, for tests. Its GPUs follow a script, the text file named by FAKE_NVML_SCRIPT (read at
// nvmlInit_v2, which is also time 0; without it: one idle GPU). One directive a line, '#' starts a comment; "gpu N" before a
// directive of the first group gives it to that GPU only. Times are seconds since nvmlInit_v2, power is in watts.
//
//   name TEXT                         name of the GPU (default "NVIDIA Fake H200")
//   profile steady W                  (default: steady 100)
//   profile steps T:W T:W ...         W holds from T on; before the first T: its W
//   profile square PERIOD DUTY LOW HIGH   HIGH for the first DUTY (0..1) of each PERIOD from time 0 on, LOW before
//   load_file PATH LOW HIGH           HIGH from the creation of PATH to its deletion (looked at every millisecond)
//   process PID MIB                   runs on the GPU (repeatable)
//   process_file PATH                 the same for each "PID MIB" in the file, read anew at each call
//   held_down FIELD SHARE             accumulator 74 to 79 grows by that share of the time under load
//   ecc CORRECTED UNCORRECTED T       so many more memory errors from T on
//   xid NUMBER T                      an error event at T
//   mig N                             divided by MIG into N instances
//   lost_at T                         every call for this GPU says "GPU is lost" from then on
//   counter frozen_at T | rate W | restart_at T | jump_at T JOULES   ways in which the energy counter is wrong
//   ring zero N | future SECONDS | depth N | period SECONDS | type VALUETYPE   N oldest stamps 0; stamps put forward; shape
//
//   gpus N
//   missing SYMBOL                    dlsym does not find it
//   fail SYMBOL CODE [from T | every N]   SYMBOL may be field:83 or field:185 (the field's own code); gpu:N: opening GPU N
//   no_value SYMBOL                   succeeds with all bits set, NVML's "not available"; field:83 and field:185 too
//   delay SYMBOL SECONDS              how long the call takes
//   memory USED RESERVED TOTAL        MiB
//   clocks SM MEMORY                  MHz
//   limits ENFORCED MAX               W
//
// The true energy is known: power is the profile, the counter is its integral at the last full 0.1 s (GPU 1's 37 ms later,
// GPU 2's 74 ms later and so on: each board counts by a clock of its own), a ring sample is the mean of its 20 ms, power
// usage the mean of 1 s at the last full 0.1 s, utilisation and temperature follow the power.
#include "support/fake_nvml/fake_nvml.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "meter/nvml/nvml_api.h"

namespace {

using namespace gpubench::meter;

// ---- the script ----------------------------------------------------------------------------------------------------------

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
  std::string name = "NVIDIA Fake H200";
  Profile profile;
  Counter counter;
  Ring ring;
  double lost_at = INFINITY;
  std::vector<NvmlProcess> processes;
  std::string process_file;
  std::map<unsigned, double> held_down;
  double ecc_corrected = 0, ecc_uncorrected = 0, ecc_from = INFINITY;
  std::uint64_t xid = 0;
  double xid_from = INFINITY;
  bool xid_told = false;
  unsigned mig_instances = 0;
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
  double enforced_limit = 700, max_limit = 700;
};

[[noreturn]] void give_up(const std::string& line) {
  std::fprintf(stderr, "fake_nvml: cannot understand: %s\n", line.c_str());
  std::abort();
}

NvmlProcess read_process(std::istream& from) {
  NvmlProcess process;
  std::uint64_t mebibytes = 0;
  from >> process.id >> mebibytes;
  process.used_memory = mebibytes * 1048576;
  return process;
}

// Takes a directive of the first group; false if it is none of them.
bool parse_gpu_directive(Gpu& gpu, const std::string& word, std::istringstream& rest) {
  std::string kind;
  if (word == "name") {
    std::getline(rest >> std::ws, gpu.name);
  } else if (word == "lost_at") {
    rest >> gpu.lost_at;
  } else if (word == "process") {
    gpu.processes.push_back(read_process(rest));
  } else if (word == "process_file") {
    rest >> gpu.process_file;
  } else if (word == "held_down") {
    unsigned field = 0;
    rest >> field >> gpu.held_down[field];
  } else if (word == "ecc") {
    rest >> gpu.ecc_corrected >> gpu.ecc_uncorrected >> gpu.ecc_from;
  } else if (word == "xid") {
    rest >> gpu.xid >> gpu.xid_from;
  } else if (word == "mig") {
    rest >> gpu.mig_instances;
  } else if (word == "load_file") {
    rest >> gpu.profile.load_file >> gpu.profile.low >> gpu.profile.high;
    gpu.profile.pieces = {{0.0, gpu.profile.low}};
  } else if (word == "counter" && rest >> kind) {
    if (kind == "frozen_at") rest >> gpu.counter.frozen_at;
    if (kind == "rate") rest >> gpu.counter.rate;
    if (kind == "restart_at") rest >> gpu.counter.restart_at;
    if (kind == "jump_at") rest >> gpu.counter.jump_at >> gpu.counter.jump_joules;
  } else if (word == "ring" && rest >> kind) {
    if (kind == "zero") rest >> gpu.ring.zero;
    if (kind == "future") rest >> gpu.ring.future;
    if (kind == "depth") rest >> gpu.ring.depth;
    if (kind == "period") rest >> gpu.ring.period;
    if (kind == "type") rest >> gpu.ring.type;
  } else if (word == "profile" && rest >> kind) {
    if (kind == "steady") rest >> gpu.profile.pieces.front().second;
    if (kind == "square") rest >> gpu.profile.period >> gpu.profile.duty >> gpu.profile.low >> gpu.profile.high;
    if (kind == "steps") {
      gpu.profile.pieces.clear();
      double from = 0.0, watts = 0.0;
      for (char colon = 0; rest >> from >> colon >> watts;) gpu.profile.pieces.emplace_back(from, watts);
      rest.clear();
    }
  } else {
    return false;
  }
  return true;
}

bool parse_fault(Script& script, const std::string& word, std::istringstream& rest) {
  std::string symbol, kind;
  Fault fault;
  if (word == "missing" && rest >> symbol) {
    script.missing.push_back(symbol);
  } else if (word == "no_value" && rest >> symbol) {
    script.no_value.push_back(symbol);
  } else if (word == "delay" && rest >> symbol) {
    rest >> script.delays[symbol];
  } else if (word == "fail" && rest >> symbol >> fault.code) {
    if (rest >> kind && kind == "from") rest >> fault.from;
    if (kind == "every") rest >> fault.every;
    if (kind.empty()) rest.clear();
    script.faults.emplace(symbol, fault);
  } else {
    return false;
  }
  return true;
}

void parse_line(Script& script, const std::string& line) {
  std::istringstream rest(line);
  std::string word;
  if (!(rest >> word)) return;
  if (word == "gpus") {
    std::size_t count = 1;
    rest >> count;
    script.gpus.resize(count, script.gpus.front());
    for (std::size_t i = 0; i < count; ++i) script.gpus[i].counter.lag = std::fmod(0.037 * static_cast<double>(i), 0.1);
  } else if (word == "memory") {
    rest >> script.memory_used >> script.memory_reserved >> script.memory_total;
  } else if (word == "clocks") {
    rest >> script.sm_clock >> script.memory_clock;
  } else if (word == "limits") {
    rest >> script.enforced_limit >> script.max_limit;
  } else if (word == "gpu") {
    std::size_t index = 0;
    rest >> index >> word;
    if (index >= script.gpus.size() || !parse_gpu_directive(script.gpus[index], word, rest)) give_up(line);
  } else if (!parse_fault(script, word, rest)) {
    const std::string arguments(line.substr(line.find(word) + word.size()));
    for (Gpu& gpu : script.gpus) {
      std::istringstream own(arguments);
      if (!parse_gpu_directive(gpu, word, own) || own.fail()) give_up(line);
    }
  }
  if (rest.fail()) give_up(line);
}

Script read_script() {
  Script script;
  const char* path = std::getenv("FAKE_NVML_SCRIPT");
  if (path == nullptr) return script;
  std::ifstream file(path);
  if (!file) give_up(std::string("the file ") + path);
  for (std::string line; std::getline(file, line);) parse_line(script, line.substr(0, line.find('#')));
  return script;
}

// ---- the machine ---------------------------------------------------------------------------------------------------------

// All that lives from nvmlInit_v2 to nvmlShutdown. `mutex` guards everything after it.
struct Machine {
  std::mutex mutex;
  bool initialised = false;
  Script script;
  double start = 0.0;
  std::vector<std::pair<double, double>> offsets;  // from (s since start), wall minus monotonic (s)
  std::map<std::string, int> calls;
  bool clock_is_set = false;
  std::int64_t set_monotonic_ns = 0;
  std::int64_t set_realtime_ns = 0;
  std::atomic<bool> stop_watching{false};
  std::thread watcher;

  ~Machine() { end_watch(); }
  void end_watch() {
    stop_watching = true;
    if (watcher.joinable()) watcher.join();
  }
  double monotonic() { return clock_is_set ? static_cast<double>(set_monotonic_ns) / 1e9 : read_clock(CLOCK_MONOTONIC); }
  // Seconds since nvmlInit_v2; notices steps of the wall clock on the way.
  double now() {
    const double t = monotonic();
    const double wall = clock_is_set ? static_cast<double>(set_realtime_ns) / 1e9 : read_clock(CLOCK_REALTIME);
    const double offset = wall - t;
    if (offsets.empty() || std::abs(offset - offsets.back().second) > 1e-3) offsets.emplace_back(t - start, offset);
    return t - start;
  }
  [[nodiscard]] std::uint64_t stamp_us(double t) const {
    double offset = offsets.front().second;
    for (const auto& [from, value] : offsets) {
      if (from < t) offset = value;
    }
    return static_cast<std::uint64_t>(std::llround((start + t + offset) * 1e6));
  }
  static double read_clock(clockid_t id) {
    timespec time{};
    clock_gettime(id, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }
};

Machine& machine() {
  static Machine instance;
  return instance;
}

void watch_load_files(Machine& m) {
  while (!m.stop_watching) {
    {
      const std::lock_guard lock(m.mutex);
      const double t = m.now();
      for (Gpu& gpu : m.script.gpus) {
        if (gpu.profile.load_file.empty()) continue;
        const double watts = access(gpu.profile.load_file.c_str(), F_OK) == 0 ? gpu.profile.high : gpu.profile.low;
        if (watts != gpu.profile.pieces.back().second) gpu.profile.pieces.emplace_back(t, watts);
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

double floor_to(double t, double period) {
  return std::floor(t / period + 1e-9) * period;
}

double mean_watts(const Gpu& gpu, double end, double length) {
  return (gpu.profile.joules(end) - gpu.profile.joules(end - length)) / length;
}

double share_of_load(const Gpu& gpu, double t) {
  const double idle = gpu.profile.lowest();
  const double end = floor_to(t, 0.2);
  return mean_watts(gpu, end, 0.2) > idle * 1.05 + 1.0 ? 1.0 : 0.0;
}

double counter_millijoules(const Gpu& gpu, double t) {
  const Counter& counter = gpu.counter;
  constexpr double kBefore = 1e6;  // joules counted before the fake began
  double seen = floor_to(t - counter.lag, 0.1) + counter.lag;
  if (seen >= counter.restart_at) return 1e3 * (gpu.profile.joules(seen) - gpu.profile.joules(counter.restart_at));
  seen = std::min(seen, floor_to(counter.frozen_at, 0.1));
  const double energy = std::isnan(counter.rate) ? gpu.profile.joules(seen) : counter.rate * seen;
  return 1e3 * (kBefore + energy + (seen >= counter.jump_at ? counter.jump_joules : 0.0));
}

NvmlValue ring_value(int type, double milliwatts) {
  NvmlValue value{};
  if (type == kNvmlDouble)
    value.real = milliwatts;
  else if (type == kNvmlUnsignedInt)
    value.unsigned_32 = static_cast<std::uint32_t>(std::lround(milliwatts));
  else
    value.unsigned_64 = static_cast<std::uint64_t>(std::llround(milliwatts));
  return value;
}

std::vector<NvmlSample> ring_samples(const Machine& m, const Gpu& gpu, double t) {
  const Ring& ring = gpu.ring;
  std::vector<NvmlSample> samples;
  const auto newest = static_cast<std::int64_t>(std::floor(t / ring.period + 1e-9));
  for (std::int64_t i = newest - ring.depth + 1; i <= newest; ++i) {
    const double at = static_cast<double>(i) * ring.period;
    NvmlSample sample;
    if (i - (newest - ring.depth + 1) >= ring.zero) {
      sample.stamp_us = m.stamp_us(at) + static_cast<std::uint64_t>(ring.future * 1e6);
    }
    sample.value = ring_value(ring.type, 1e3 * mean_watts(gpu, at, ring.period));
    samples.push_back(sample);
  }
  return samples;
}

// ---- the calls -----------------------------------------------------------------------------------------------------------

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool absent_symbol(const char* name) {
  return contains(read_script().missing, name);
}

// Counts the call, waits its delay and gives the code that the script has for it.
int scripted_code(Machine& m, const std::string& name, double t) {
  const int count = ++m.calls[name];
  if (const auto delay = m.script.delays.find(name); delay != m.script.delays.end()) {
    std::this_thread::sleep_for(std::chrono::duration<double>(delay->second));
  }
  const auto [first, last] = m.script.faults.equal_range(name);
  for (auto it = first; it != last; ++it) {
    if (t >= it->second.from && count % it->second.every == 0) return it->second.code;
  }
  return kNvmlSuccess;
}

// What every call for a GPU goes through: action(machine, gpu, t) runs if no fault comes first.
template <class Action>
int device_call(const char* name, NvmlHandle device, Action action) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  if (!m.initialised) return 1;
  const std::size_t index = reinterpret_cast<std::uintptr_t>(device) - 1;
  if (index >= m.script.gpus.size()) return 2;
  const double t = m.now();
  const int code = scripted_code(m, name, t);
  if (t >= m.script.gpus[index].lost_at) return kNvmlGpuIsLost;
  return code != kNvmlSuccess ? code : action(m, m.script.gpus[index], t);
}

// A call that writes one number.
template <class Number, class Figure>
int number_call(const char* name, NvmlHandle device, Number* out, Figure figure) {
  return device_call(name, device, [&](Machine& m, Gpu& gpu, double t) {
    *out =
        contains(m.script.no_value, name) ? static_cast<Number>(-1) : static_cast<Number>(std::llround(figure(m, gpu, t)));
    return kNvmlSuccess;
  });
}

int text(const std::string& value, char* out, unsigned size) {
  if (value.size() >= size) return kNvmlInsufficientSize;
  std::memcpy(out, value.c_str(), value.size() + 1);
  return kNvmlSuccess;
}

unsigned index_of(NvmlHandle device) {
  return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(device) - 1);
}

// A share of the time during which the power was above the lowest.
std::uint64_t held_nanoseconds(const Gpu& gpu, double t, double share) {
  double busy = 0.0;
  for (double at = 0.0; at < t; at += 0.01) {
    if (mean_watts(gpu, at + 0.01, 0.01) > gpu.profile.lowest() * 1.05 + 1.0) busy += 0.01;
  }
  return static_cast<std::uint64_t>(std::llround((1000.0 + share * busy) * 1e9));  // there was some before
}

int list_processes(Gpu& gpu, unsigned* count, NvmlProcess* out) {
  std::vector<NvmlProcess> all = gpu.processes;
  std::ifstream file(gpu.process_file);
  for (NvmlProcess process = read_process(file); file; process = read_process(file)) all.push_back(process);
  const bool fits = all.size() <= *count;
  *count = static_cast<unsigned>(all.size());
  if (fits) std::copy(all.begin(), all.end(), out);
  return fits ? kNvmlSuccess : kNvmlInsufficientSize;
}

void fill_field(Machine& m, const Gpu& gpu, double t, NvmlFieldValue& field) {
  const std::string name = "field:" + std::to_string(field.field_id);
  field.code = scripted_code(m, name, t);
  ++m.calls["scope:" + std::to_string(field.scope_id)];
  if (field.code != kNvmlSuccess) return;
  field.timestamp_us = static_cast<std::int64_t>(m.stamp_us(t));
  if (contains(m.script.no_value, name)) {
    field.value_type = kNvmlUnsignedLongLong;
    field.value.unsigned_64 = kNvmlNoValue64;
  } else if (field.field_id == kNvmlFieldTotalEnergy) {
    field.value_type = kNvmlUnsignedLongLong;
    field.value.unsigned_64 = static_cast<std::uint64_t>(std::llround(counter_millijoules(gpu, t)));
  } else if (field.field_id == kNvmlFieldPowerAverage) {
    field.value_type = kNvmlUnsignedInt;
    field.value.unsigned_32 = static_cast<std::uint32_t>(std::lround(1e3 * mean_watts(gpu, floor_to(t, 0.1), 1.0)));
  } else if (field.field_id >= kNvmlFieldHeldByPowerCap && field.field_id <= kNvmlFieldHeldByReliability) {
    const auto held = gpu.held_down.find(field.field_id);
    if (held == gpu.held_down.end()) field.code = kNvmlNotSupported;
    field.value_type = kNvmlUnsignedLongLong;
    if (held != gpu.held_down.end()) field.value.unsigned_64 = held_nanoseconds(gpu, t, held->second);
  } else if (field.field_id == kNvmlFieldEccCorrected || field.field_id == kNvmlFieldEccUncorrected) {
    const bool corrected = field.field_id == kNvmlFieldEccCorrected;
    field.value_type = kNvmlUnsignedLongLong;
    field.value.unsigned_64 =
        t < gpu.ecc_from ? 3 : 3 + static_cast<std::uint64_t>(corrected ? gpu.ecc_corrected : gpu.ecc_uncorrected);
  } else {
    field.code = kNvmlNotSupported;
  }
}

int give_samples(Machine& m, const Gpu& gpu, double t, std::uint64_t last_seen_us, unsigned* count, NvmlSample* out) {
  std::vector<NvmlSample> samples = ring_samples(m, gpu, t);
  const auto seen = [&](const NvmlSample& sample) { return last_seen_us != 0 && sample.stamp_us <= last_seen_us; };
  samples.erase(std::remove_if(samples.begin(), samples.end(), seen), samples.end());
  if (samples.empty()) return kNvmlNotFound;
  if (out != nullptr) std::copy_n(samples.begin(), std::min<std::size_t>(*count, samples.size()), out);
  *count = out == nullptr ? static_cast<unsigned>(samples.size())
                          : static_cast<unsigned>(std::min<std::size_t>(*count, samples.size()));
  return kNvmlSuccess;
}

}  // namespace

// An NVML function is an indirect one: dlsym asks its resolver, which says "not there" if the script has it missing.
#define FAKE_NVML(symbol, ...)                                                               \
  extern "C" {                                                                               \
  static int fake_##symbol(__VA_ARGS__);                                                     \
  __attribute__((visibility("hidden"))) decltype(&fake_##symbol) resolve_##symbol() {        \
    return absent_symbol(#symbol) ? nullptr : &fake_##symbol;                                \
  }                                                                                          \
  __attribute__((visibility("default"), ifunc("resolve_" #symbol))) int symbol(__VA_ARGS__); \
  }                                                                                          \
  static int fake_##symbol(__VA_ARGS__)

FAKE_NVML(nvmlInit_v2, void) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  m.script = read_script();
  m.calls.clear();
  m.offsets.clear();
  m.start = m.monotonic();
  m.now();
  if (const int code = scripted_code(m, "nvmlInit_v2", 0.0); code != kNvmlSuccess) return code;
  const auto watched = [](const Gpu& gpu) { return !gpu.profile.load_file.empty(); };
  if (!m.watcher.joinable() && std::any_of(m.script.gpus.begin(), m.script.gpus.end(), watched)) {
    m.stop_watching = false;
    m.watcher = std::thread([&m] { watch_load_files(m); });
  }
  m.initialised = true;
  return kNvmlSuccess;
}

FAKE_NVML(nvmlShutdown, void) {
  Machine& m = machine();
  m.end_watch();
  const std::lock_guard lock(m.mutex);
  m.initialised = false;
  ++m.calls["nvmlShutdown"];
  return kNvmlSuccess;
}

FAKE_NVML(nvmlSystemGetDriverVersion, char* out, unsigned size) {
  return text("580.00.fake", out, size);
}
FAKE_NVML(nvmlSystemGetNVMLVersion, char* out, unsigned size) {
  return text("13.580.00.fake", out, size);
}

FAKE_NVML(nvmlDeviceGetCount_v2, unsigned* count) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  *count = static_cast<unsigned>(m.script.gpus.size());
  return scripted_code(m, "nvmlDeviceGetCount_v2", m.now());
}

FAKE_NVML(nvmlDeviceGetHandleByIndex_v2, unsigned index, NvmlHandle* device) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  if (index >= m.script.gpus.size()) return 2;
  *device = reinterpret_cast<NvmlHandle>(static_cast<std::uintptr_t>(index) + 1);
  return scripted_code(m, "gpu:" + std::to_string(index), m.now());
}

FAKE_NVML(nvmlDeviceGetName, NvmlHandle device, char* out, unsigned size) {
  return device_call("nvmlDeviceGetName", device, [&](Machine&, Gpu& gpu, double) { return text(gpu.name, out, size); });
}

FAKE_NVML(nvmlDeviceGetUUID, NvmlHandle device, char* out, unsigned size) {
  if (const auto instance = reinterpret_cast<std::uintptr_t>(device) >> 8U; instance > 0) {
    const auto parent = (reinterpret_cast<std::uintptr_t>(device) & 255U) - 1;
    return text("MIG-fa4e0000-0000-0000-000" + std::to_string(parent) + "-00000000000" + std::to_string(instance - 1), out,
                size);
  }
  return device_call("nvmlDeviceGetUUID", device, [&](Machine&, Gpu&, double) {
    return text("GPU-fa4e0000-0000-0000-0000-00000000000" + std::to_string(index_of(device)), out, size);
  });
}

FAKE_NVML(nvmlDeviceGetPciInfo_v3, NvmlHandle device, NvmlPci* out) {
  return device_call("nvmlDeviceGetPciInfo_v3", device, [&](Machine&, Gpu&, double) {
    return text("00000000:0" + std::to_string(index_of(device)) + ":00.0", out->bus_id.data(),
                static_cast<unsigned>(out->bus_id.size()));
  });
}

FAKE_NVML(nvmlDeviceGetEnforcedPowerLimit, NvmlHandle device, std::uint32_t* out) {
  return number_call("nvmlDeviceGetEnforcedPowerLimit", device, out,
                     [](Machine& m, Gpu&, double) { return 1e3 * m.script.enforced_limit; });
}

FAKE_NVML(nvmlDeviceGetPowerManagementLimitConstraints, NvmlHandle device, std::uint32_t* lowest, std::uint32_t* highest) {
  *lowest = 200000;
  return number_call("nvmlDeviceGetPowerManagementLimitConstraints", device, highest,
                     [](Machine& m, Gpu&, double) { return 1e3 * m.script.max_limit; });
}

FAKE_NVML(nvmlDeviceGetMaxClockInfo, NvmlHandle device, int type, std::uint32_t* out) {
  return number_call("nvmlDeviceGetMaxClockInfo", device, out, [&](Machine& m, Gpu&, double) {
    return type == kNvmlClockMemory ? m.script.memory_clock : m.script.sm_clock;
  });
}

FAKE_NVML(nvmlDeviceGetTemperatureThreshold, NvmlHandle device, int threshold, std::uint32_t* out) {
  return number_call("nvmlDeviceGetTemperatureThreshold", device, out, [&](Machine&, Gpu&, double) {
    return threshold == kNvmlThresholdShutdown ? 95 : threshold == kNvmlThresholdSlowdown ? 92 : 87;
  });
}

FAKE_NVML(nvmlDeviceGetUtilizationRates, NvmlHandle device, NvmlUtilization* out) {
  const int code = number_call("nvmlDeviceGetUtilizationRates", device, &out->gpu,
                               [](Machine&, Gpu& gpu, double t) { return 100 * share_of_load(gpu, t); });
  out->memory = out->gpu <= 100 ? out->gpu / 2 : out->gpu;
  return code;
}

FAKE_NVML(nvmlDeviceGetPowerUsage, NvmlHandle device, std::uint32_t* out) {
  return number_call("nvmlDeviceGetPowerUsage", device, out,
                     [](Machine&, Gpu& gpu, double t) { return 1e3 * mean_watts(gpu, floor_to(t, 0.1), 1.0); });
}

FAKE_NVML(nvmlDeviceGetTemperature, NvmlHandle device, int, std::uint32_t* out) {
  return number_call("nvmlDeviceGetTemperature", device, out,
                     [](Machine&, Gpu& gpu, double t) { return 30 + mean_watts(gpu, t, 5.0) / 20; });
}

FAKE_NVML(nvmlDeviceGetTemperatureV, NvmlHandle device, NvmlTemperature* out) {
  if (out->version != kNvmlTemperatureVersion) return kNvmlArgumentVersionMismatch;
  return number_call("nvmlDeviceGetTemperatureV", device, &out->celsius,
                     [](Machine&, Gpu& gpu, double t) { return 30 + mean_watts(gpu, t, 5.0) / 20; });
}

FAKE_NVML(nvmlDeviceGetMemoryInfo_v2, NvmlHandle device, NvmlMemoryV2* out) {
  if (out->version != kNvmlMemoryV2Version) return kNvmlArgumentVersionMismatch;
  return number_call("nvmlDeviceGetMemoryInfo_v2", device, &out->used, [&](Machine& m, Gpu&, double) {
    out->total = static_cast<std::uint64_t>(m.script.memory_total * 1048576);
    out->reserved = static_cast<std::uint64_t>(m.script.memory_reserved * 1048576);
    return m.script.memory_used * 1048576;
  });
}

FAKE_NVML(nvmlDeviceGetMemoryInfo, NvmlHandle device, NvmlMemoryV1* out) {
  return number_call("nvmlDeviceGetMemoryInfo", device, &out->used, [&](Machine& m, Gpu&, double) {
    out->total = static_cast<std::uint64_t>(m.script.memory_total * 1048576);
    return (m.script.memory_used + m.script.memory_reserved) * 1048576;
  });
}

FAKE_NVML(nvmlDeviceGetClockInfo, NvmlHandle device, int type, std::uint32_t* out) {
  return number_call("nvmlDeviceGetClockInfo", device, out, [&](Machine& m, Gpu&, double) {
    return type == kNvmlClockMemory ? m.script.memory_clock : m.script.sm_clock;
  });
}

FAKE_NVML(nvmlDeviceGetCurrentClocksEventReasons, NvmlHandle device, NvmlApi::Long* out) {
  return number_call("nvmlDeviceGetCurrentClocksEventReasons", device, out,
                     [](Machine&, Gpu& gpu, double t) { return share_of_load(gpu, t) > 0 ? 0 : 1; });
}

FAKE_NVML(nvmlDeviceGetCurrentClocksThrottleReasons, NvmlHandle device, NvmlApi::Long* out) {
  return number_call("nvmlDeviceGetCurrentClocksThrottleReasons", device, out,
                     [](Machine&, Gpu& gpu, double t) { return share_of_load(gpu, t) > 0 ? 0 : 1; });
}

FAKE_NVML(nvmlDeviceGetTotalEnergyConsumption, NvmlHandle device, NvmlApi::Long* out) {
  return number_call("nvmlDeviceGetTotalEnergyConsumption", device, out,
                     [](Machine&, Gpu& gpu, double t) { return counter_millijoules(gpu, t); });
}

FAKE_NVML(nvmlDeviceGetFieldValues, NvmlHandle device, int count, NvmlFieldValue* fields) {
  return device_call("nvmlDeviceGetFieldValues", device, [&](Machine& m, Gpu& gpu, double t) {
    for (int i = 0; i < count; ++i) fill_field(m, gpu, t, fields[i]);
    return kNvmlSuccess;
  });
}

FAKE_NVML(nvmlDeviceGetSamples, NvmlHandle device, int type, NvmlApi::Long last_seen_us, int* value_type, unsigned* count,
          NvmlSample* out) {
  return device_call("nvmlDeviceGetSamples", device, [&](Machine& m, Gpu& gpu, double t) {
    ++m.calls["samples:" + std::to_string(type)];
    if (type != kNvmlTotalPowerSamples) return kNvmlNotSupported;
    *value_type = gpu.ring.type;
    return give_samples(m, gpu, t, last_seen_us, count, out);
  });
}

FAKE_NVML(nvmlDeviceGetComputeRunningProcesses_v3, NvmlHandle device, unsigned* count, NvmlProcess* out) {
  return device_call("nvmlDeviceGetComputeRunningProcesses_v3", device,
                     [&](Machine&, Gpu& gpu, double) { return list_processes(gpu, count, out); });
}

FAKE_NVML(nvmlDeviceGetMigMode, NvmlHandle device, std::uint32_t* now, std::uint32_t* after_reset) {
  return device_call("nvmlDeviceGetMigMode", device, [&](Machine&, Gpu& gpu, double) {
    *now = *after_reset = gpu.mig_instances > 0 ? kNvmlMigEnabled : 0;
    return kNvmlSuccess;
  });
}

FAKE_NVML(nvmlDeviceGetMaxMigDeviceCount, NvmlHandle device, unsigned* count) {
  *count = 7;
  return device_call("nvmlDeviceGetMaxMigDeviceCount", device, [](Machine&, Gpu&, double) { return kNvmlSuccess; });
}

// The handle of an instance is that of its GPU and 256 times its number from 1.
FAKE_NVML(nvmlDeviceGetMigDeviceHandleByIndex, NvmlHandle device, unsigned index, NvmlHandle* instance) {
  return device_call("nvmlDeviceGetMigDeviceHandleByIndex", device, [&](Machine&, Gpu& gpu, double) {
    if (index >= gpu.mig_instances) return kNvmlNotFound;
    *instance = reinterpret_cast<NvmlHandle>(reinterpret_cast<std::uintptr_t>(device) + 256 * (index + 1ULL));
    return kNvmlSuccess;
  });
}

FAKE_NVML(nvmlEventSetCreate, NvmlHandle* set) {
  *set = &machine();
  return kNvmlSuccess;
}
FAKE_NVML(nvmlEventSetFree, NvmlHandle) {
  return kNvmlSuccess;
}
FAKE_NVML(nvmlDeviceRegisterEvents, NvmlHandle device, NvmlApi::Long, NvmlHandle) {
  return device_call("nvmlDeviceRegisterEvents", device, [](Machine&, Gpu&, double) { return kNvmlSuccess; });
}
FAKE_NVML(nvmlEventSetWait_v2, NvmlHandle, NvmlEvent* event, unsigned) {
  constexpr int kTimeout = 10;
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  const double t = m.now();
  for (std::size_t i = 0; i < m.script.gpus.size(); ++i) {
    Gpu& gpu = m.script.gpus[i];
    if (gpu.xid_told || t < gpu.xid_from) continue;
    gpu.xid_told = true;
    *event = {reinterpret_cast<NvmlHandle>(i + 1), kNvmlEventXid, gpu.xid, 0, 0};
    return kNvmlSuccess;
  }
  return kTimeout;
}

extern "C" __attribute__((visibility("default"))) const char* nvmlErrorString(int code) {
  switch (code) {
    case kNvmlSuccess:
      return "Success";
    case kNvmlNotSupported:
      return "Not Supported";
    case kNvmlGpuIsLost:
      return "GPU is lost";
    default:
      return "Fake error";
  }
}

extern "C" __attribute__((visibility("default"))) void fake_nvml_set_clock(std::int64_t monotonic_ns,
                                                                           std::int64_t realtime_ns) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  m.clock_is_set = true;
  m.set_monotonic_ns = monotonic_ns;
  m.set_realtime_ns = realtime_ns;
  if (m.initialised) m.now();
}

extern "C" __attribute__((visibility("default"))) int fake_nvml_calls(const char* name) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  return m.calls[name];
}
