#include "meter/nvml/nvml_event_reading.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "meter/nvml/optional_call.h"

namespace gpubench::meter {
namespace {

constexpr std::size_t kUsualProcesses = 64;
constexpr std::size_t kMostProcesses = 65536;
constexpr int kMostEvents = 256;  // taken per call: an endless stream must not delay the sampler

Field<double> number_in(const NvmlFieldValue& field) {
  if (field.code != kNvmlSuccess) return absent(absent_of(field.code));
  const auto number = number_of(field.value_type, field.value);
  if (!number) return absent(Absent::failed);
  return *number;
}

Field<base::Duration> nanoseconds_in(const NvmlFieldValue& field) {
  return number_in(field).map([](double value) { return base::Duration(std::llround(value)); });
}

Field<std::uint64_t> count_in(const NvmlFieldValue& field) {
  return number_in(field).map([](double value) { return static_cast<std::uint64_t>(std::llround(value)); });
}

using ProcessCall = int (*)(NvmlHandle, NvmlApi::Count*, NvmlProcess*);

Field<std::vector<NvmlProcess>> list(ProcessCall call, NvmlHandle device) {
  if (call == nullptr) return absent(Absent::unsupported);
  for (std::size_t room = kUsualProcesses; room <= kMostProcesses; room *= 4) {
    std::vector<NvmlProcess> processes(room);
    auto count = static_cast<NvmlApi::Count>(room);
    const int code = call(device, &count, processes.data());
    if (code == kNvmlInsufficientSize) continue;
    if (code != kNvmlSuccess) return absent(absent_of(code));
    processes.resize(std::min<std::size_t>(count, room));
    return processes;
  }
  return absent(Absent::failed);
}

void add(std::vector<GpuProcess>& all, const NvmlProcess& process) {
  GpuProcess found{process.id, std::nullopt};
  if (process.used_memory != kNvmlNoValue64) {
    found.memory = base::Bytes::from_bytes(static_cast<double>(process.used_memory));
  }
  const auto known = std::find_if(all.begin(), all.end(), [&](const GpuProcess& p) { return p.id == found.id; });
  if (known == all.end()) {
    all.push_back(found);
  } else if (found.memory && (!known->memory || *known->memory < *found.memory)) {
    known->memory = found.memory;
  }
}

}  // namespace

void read_counts(const NvmlApi& api, NvmlHandle device, EventReading& reading) {
  if (api.values.field_values == nullptr) return;
  constexpr std::array kIds{
      kNvmlFieldHeldByPowerCap,         kNvmlFieldHeldByHeat,   kNvmlFieldHeldBySyncBoost, kNvmlFieldHeldByBoardLimit,
      kNvmlFieldHeldByReliability,      kNvmlFieldEccCorrected, kNvmlFieldEccUncorrected,  kNvmlFieldRowsRemappedCorrected,
      kNvmlFieldRowsRemappedUncorrected};
  std::array<NvmlFieldValue, kIds.size()> fields;
  for (std::size_t i = 0; i < kIds.size(); ++i) fields[i].field_id = kIds[i];
  const int code = api.values.field_values(device, static_cast<int>(fields.size()), fields.data());
  if (code != kNvmlSuccess) {
    for (NvmlFieldValue& field : fields) field.code = code;
  }
  reading.throttled = {nanoseconds_in(fields[0]), nanoseconds_in(fields[1]), nanoseconds_in(fields[2]),
                       nanoseconds_in(fields[3]), nanoseconds_in(fields[4])};
  reading.errors.corrected = count_in(fields[5]);
  reading.errors.uncorrected = count_in(fields[6]);
  reading.errors.remapped_rows = count_in(fields[7]);
  if (const auto more = count_in(fields[8]); more && reading.errors.remapped_rows) *reading.errors.remapped_rows += *more;
}

Field<std::vector<GpuProcess>> read_processes(const NvmlApi& api, NvmlHandle device) {
  const auto compute = list(api.events.compute_processes, device);
  if (!compute) return absent(compute.error());
  std::vector<GpuProcess> all;
  for (const NvmlProcess& process : *compute) add(all, process);
  for (const ProcessCall call : {api.events.graphics_processes, api.events.mps_processes}) {
    const auto more = list(call, device);
    for (const NvmlProcess& process : more ? *more : std::vector<NvmlProcess>{}) add(all, process);
  }
  return all;
}

NvmlEvents::NvmlEvents(const NvmlApi& api) : api_(api) {
  const bool complete = api.events.event_set_create != nullptr && api.events.event_set_free != nullptr &&
                        api.events.register_events != nullptr && api.events.event_set_wait != nullptr;
  if (complete && api.events.event_set_create(&set_) != kNvmlSuccess) set_ = nullptr;
}

NvmlEvents::~NvmlEvents() {
  if (set_ != nullptr) api_.events.event_set_free(set_);
}

void NvmlEvents::watch(NvmlHandle device) {
  if (set_ == nullptr || api_.events.register_events(device, kNvmlEventXid, set_) != kNvmlSuccess) return;
  watched_.push_back({device, {}});
}

Field<std::vector<std::uint64_t>> NvmlEvents::take(NvmlHandle device) {
  collect();
  Watched* const watched = find(device);
  if (watched == nullptr) return absent(Absent::unsupported);
  return std::exchange(watched->xids, {});
}

NvmlEvents::Watched* NvmlEvents::find(NvmlHandle device) {
  const auto found =
      std::find_if(watched_.begin(), watched_.end(), [&](const Watched& watched) { return watched.device == device; });
  return found == watched_.end() ? nullptr : &*found;
}

void NvmlEvents::collect() {
  if (watched_.empty()) return;
  for (int i = 0; i < kMostEvents; ++i) {
    NvmlEvent event;
    if (api_.events.event_set_wait(set_, &event, 0) != kNvmlSuccess) return;
    Watched* const watched = find(event.device);
    if (watched != nullptr && event.type == kNvmlEventXid) watched->xids.push_back(event.data);
  }
}

}  // namespace gpubench::meter
