#include "gpus/workload_gpus.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "gpus/selection.h"
#include "workload/engine_choice.h"

namespace gpubench::gpus {
namespace {

using meter::GpuDescription;
using Positions = std::vector<std::size_t>;
using Gpus = std::vector<GpuDescription>;

struct Machine {
  const Gpus& gpus;
  const meter::VisibleDevices& variables;
};

std::optional<std::size_t> whole(std::string_view text) {
  std::size_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> entries_of(std::string_view list) {
  std::vector<std::string_view> entries;
  for (;;) {
    const std::size_t comma = list.find(',');
    entries.push_back(base::trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) return entries;
    list.remove_prefix(comma + 1);
  }
}

Positions all_of(const Gpus& gpus) {
  Positions positions(gpus.size());
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  return positions;
}

// "MIG-<uuid>" of an instance, or the older "MIG-GPU-<uuid of the GPU>/<instance>/<instance>".
bool is_instance_of(std::string_view word, const GpuDescription& gpu) {
  constexpr std::string_view kOldForm = "MIG-GPU-";
  if (word.starts_with(kOldForm) && word.find('/') != std::string_view::npos)
    return !gpu.uuid.empty() && word.substr(4, word.find('/') - 4) == gpu.uuid;
  return std::any_of(gpu.instances.begin(), gpu.instances.end(),
                     [&](const std::string& instance) { return instance.starts_with(word); });
}

std::optional<std::size_t> by_name(std::string_view word, const Gpus& gpus, const Positions& among) {
  std::optional<std::size_t> found;
  for (const std::size_t position : among) {
    const GpuDescription& gpu = gpus[position];
    const bool fits = word.starts_with("MIG-") ? is_instance_of(word, gpu) : gpu.uuid.starts_with(word);
    if (fits && found) return std::nullopt;  // the beginning of two
    if (fits) found = position;
  }
  return found;
}

void add(Positions& positions, std::size_t position) {
  if (std::find(positions.begin(), positions.end(), position) == positions.end()) positions.push_back(position);
}

std::optional<std::string> variable_in(const std::vector<std::string>& environment, std::string_view name) {
  std::optional<std::string> value;  // the last one holds, as engines take them
  for (const std::string& entry : environment)
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      value = entry.substr(name.size() + 1);
  return value;
}

// CUDA numbers GPUs of different models by speed unless configured otherwise, which cannot be seen here.
bool numbers_are_clear(const Machine& machine, const Positions& among, const std::vector<std::string>& environment) {
  const Gpus& gpus = machine.gpus;
  const bool one_model = std::all_of(among.begin(), among.end(),
                                     [&](std::size_t position) { return gpus[position].name == gpus[among[0]].name; });
  return one_model || variable_in(environment, machine.variables.order) == machine.variables.by_bus;
}

void narrow_by_program(WorkloadGpus& own, const std::vector<std::string>& environment, const Machine& machine,
                       const Positions& among) {
  const meter::VisibleDevices& variables = machine.variables;
  const auto value = variable_in(environment, variables.program);
  if (!value || among.empty()) return;
  const VisibleChoice choice = visible_gpus(*value, machine.gpus, among);
  const std::string words = std::string(variables.program) + "=" + *value;
  if (choice.unknown_instance) {
    own.unclear = words + " names a MIG instance whose GPU the driver does not report";
  } else if (choice.by_number && !numbers_are_clear(machine, among, environment)) {
    own.unclear = words + " by numbers, on GPUs of different models without " + std::string(variables.order) + "=" +
                  std::string(variables.by_bus);
  } else {
    own.positions = choice.positions;
    own.by = words;
  }
}

// Of the container toolkit; empty: it names all, or something that is not here, as the host's numbers within a container.
std::optional<Positions> visible_in_container(std::string_view value, const Gpus& gpus) {
  Positions positions;
  for (const std::string_view word : entries_of(value)) {
    const auto number = whole(word.substr(0, word.find(':')));  // "0:1" is an instance of GPU 0
    const auto numbered = std::find_if(gpus.begin(), gpus.end(), [&](const GpuDescription& gpu) {
      return number && gpu.index >= 0 && static_cast<std::size_t>(gpu.index) == *number;
    });
    if (numbered != gpus.end()) {
      add(positions, static_cast<std::size_t>(numbered - gpus.begin()));
    } else if (const auto named = word.size() > 4 ? by_name(word, gpus, all_of(gpus)) : std::nullopt) {
      add(positions, *named);
    } else {
      return std::nullopt;
    }
  }
  return positions;
}

// The positions of what is requested; an instance counts for its GPU.
Positions requested(WorkloadGpus& own, const std::vector<workload::GpuRequest>& requests, const Gpus& gpus) {
  Positions positions;
  for (const workload::GpuRequest& request : requests) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < gpus.size(); ++i)
      if (request.index >= 0 && gpus[i].index == request.index) found = i;
    if (request.index < 0) found = by_name(request.uuid, gpus, all_of(gpus));
    if (!found) own.unclear = request.uuid + " is an instance whose GPU the driver does not report";
    if (found) add(positions, *found);
  }
  return own.unclear.empty() ? positions : all_of(gpus);
}

// As a container numbers them: in the order of the bus, however they were named.
Positions as_numbered_inside(Positions positions) {
  std::sort(positions.begin(), positions.end());
  return positions;
}

// "--gpus 2, which is GPU 0, 1": a count does not say which of several.
std::string words_of(const std::string& wish, const std::vector<workload::GpuRequest>& requests, const Gpus& gpus) {
  std::string which;
  if (whole(wish) && requests.size() < gpus.size())
    for (const workload::GpuRequest& request : requests) base::add_item(which, std::to_string(request.index), ", ");
  return "--gpus " + wish + (which.empty() ? "" : ", which is GPU " + which);
}

// What --gpus says or, where it says nothing, the engine's variable of --env.
std::pair<std::string, std::string> container_wish(const workload::BenchmarkSpec& benchmark, const Machine& machine) {
  const auto value = variable_in(benchmark.environment, machine.variables.container);
  const std::string words = std::string(machine.variables.container) + "=" + value.value_or("");
  if (benchmark.gpus != "all") return {benchmark.gpus, "--gpus " + benchmark.gpus};
  if (value == "none" || value == "void") return {"none", words};
  if (value && *value != "all" && visible_in_container(*value, machine.gpus)) return {"device=" + *value, words};
  return {"all", "the default, all GPUs"};
}

base::Result<WorkloadGpus> gpus_of_container(const workload::BenchmarkSpec& benchmark, const Machine& machine) {
  const Gpus& gpus = machine.gpus;
  WorkloadGpus own;
  const auto [wish, by] = container_wish(benchmark, machine);
  auto requests = select_gpus(wish, gpus);
  if (!requests && wish != benchmark.gpus) requests = select_gpus(benchmark.gpus, gpus);  // "0:1", which no request can name
  if (!requests) return base::failure(requests.error());
  own.by = wish == benchmark.gpus && wish != "all" ? words_of(wish, *requests, gpus) : by;
  own.positions = requested(own, *requests, gpus);
  own.requests = {*std::move(requests)};
  if (benchmark.container.gpu_access == workload::GpuAccessWish::none) {
    own.positions.clear();  // though they are requested, which the workload tells
    own.by = "--gpu-access none";
  }
  narrow_by_program(own, benchmark.environment, machine, as_numbered_inside(own.positions));
  return own;
}

// NVML writes the domain with 8 digits and in capitals, the driver's files with 4.
bool is_at(const GpuDescription& gpu, std::string_view address) {
  const std::string_view own = gpu.pci_bus_id;
  return !address.empty() && own.size() >= address.size() &&
         std::equal(address.begin(), address.end(), own.end() - static_cast<std::ptrdiff_t>(address.size()),
                    [](char a, char b) { return a == b || (b >= 'A' && b <= 'F' && a == b - 'A' + 'a'); });
}

// As --gpus has it; a GPU that is not here goes by its address.
std::string given_to(const workload::Running& running, const Gpus& gpus) {
  std::string devices;
  for (const std::string& address : running.gpu_addresses) {
    const auto found =
        std::find_if(gpus.begin(), gpus.end(), [&](const GpuDescription& gpu) { return is_at(gpu, address); });
    base::add_item(devices, found == gpus.end() ? address : std::to_string(found->index), ",");
  }
  return devices.empty() ? running.gpus : "device=" + devices;
}

// By --gpus, else by what its engine was told, which may name what is not here: an instance by numbers, another vendor's
// device.
base::Result<WorkloadGpus> gpus_of_running_container(const workload::WorkloadSpec& spec, const Machine& machine) {
  workload::BenchmarkSpec container = spec.benchmarks.front();
  if (container.gpus != "all") return gpus_of_container(container, machine);
  container.gpus = given_to(*spec.running, machine.gpus);
  const std::string given = container.gpus;
  auto own = gpus_of_container(container, machine);
  if (own && given == "all" && !spec.running->gpus_unclear.empty()) {
    own->positions = all_of(machine.gpus);  // a number in its CUDA_VISIBLE_DEVICES counts among GPUs that are not known
    own->unclear = spec.running->gpus_unclear;
  }
  if (own) return own;
  container.gpus = "all";
  own = gpus_of_container(container, machine);
  if (own) own->unclear = "the engine was told to give the container " + given + ", which names none of these GPUs";
  return own;
}

// The union of what each container has.
base::Result<WorkloadGpus> gpus_of_several(const workload::WorkloadSpec& spec, const Machine& machine) {
  const Gpus& gpus = machine.gpus;
  std::vector<std::string> wishes;
  wishes.reserve(spec.benchmarks.size());
  for (const workload::BenchmarkSpec& benchmark : spec.benchmarks) wishes.push_back(benchmark.gpus);
  WorkloadGpus all;
  GPUBENCH_ASSIGN_OR_RETURN(all.requests, assign_gpus(wishes, spec.in_turn, gpus));
  all.by = "--gpus of each container";
  for (std::size_t i = 0; i < all.requests.size(); ++i) {
    WorkloadGpus own;
    own.positions = requested(own, all.requests[i], gpus);
    narrow_by_program(own, spec.benchmarks[i].environment, machine, as_numbered_inside(own.positions));
    for (const std::size_t position : own.positions) add(all.positions, position);
    if (all.unclear.empty()) all.unclear = own.unclear;
  }
  return all;
}

base::Result<WorkloadGpus> gpus_of_command(const std::string& wish, const std::vector<std::string>& environment,
                                           const Machine& machine) {
  const Gpus& gpus = machine.gpus;
  WorkloadGpus own;
  own.requests.resize(1);
  own.positions = all_of(gpus);
  if (wish != "all") {
    GPUBENCH_ASSIGN_OR_RETURN(own.requests.front(), select_gpus(wish, gpus));
    own.by = words_of(wish, own.requests.front(), gpus);
    own.positions = requested(own, own.requests.front(), gpus);
    own.given_by_us = true;
    return own;
  }
  if (variable_in(environment, machine.variables.program)) {
    narrow_by_program(own, environment, machine, own.positions);
  } else if (const auto value = variable_in(environment, machine.variables.container)) {
    if (const auto positions = visible_in_container(*value, gpus)) {
      own.positions = *positions;
      own.by = std::string(machine.variables.container) + "=" + *value;
    }
  }
  return own;
}

// An engine that runs it as this process's user gives it what this process has, as a job's scheduler has set it.
base::Result<WorkloadGpus> gpus_of_user_container(const workload::WorkloadSpec& spec, const Machine& machine) {
  const workload::BenchmarkSpec& benchmark = spec.benchmarks.front();
  std::vector<std::string> environment = spec.environment;
  environment.insert(environment.end(), benchmark.environment.begin(), benchmark.environment.end());
  auto own = gpus_of_command(benchmark.gpus, environment, machine);
  if (!own || benchmark.container.gpu_access != workload::GpuAccessWish::none) return own;
  own->positions.clear();
  own->by = "--gpu-access none";
  return own;
}

// The variables are of this machine's GPUs; the ones of a recording are others.
void note_unused_choice(WorkloadGpus& own, const workload::WorkloadSpec& spec, const meter::VisibleDevices& variables) {
  const workload::BenchmarkSpec& benchmark = spec.benchmarks.front();
  const auto& environment = benchmark.image ? benchmark.environment : spec.environment;
  for (const std::string_view name : {variables.program, variables.container}) {
    const auto value = variable_in(environment, name);
    if (value && *value != "all")
      base::add_item(own.unclear, std::string(name) + "=" + *value +
                                      " chooses among this machine's GPUs, not among those of a replay: use --gpus");
  }
}

base::Result<WorkloadGpus> gpus_of_replay(const workload::WorkloadSpec& spec, const Machine& machine) {
  const Gpus& gpus = machine.gpus;
  const std::string& wish = spec.benchmarks.front().gpus;
  const auto requests = select_gpus(wish, gpus);
  if (!requests) return base::failure(requests.error());
  WorkloadGpus own;
  own.by = wish == "all" ? "the default, all GPUs of the replay" : words_of(wish, *requests, gpus);
  own.positions = requested(own, *requests, gpus);
  own.requests.resize(1);
  if (wish == "all") note_unused_choice(own, spec, machine.variables);
  return own;
}

base::Result<WorkloadGpus> gpus_of(const workload::WorkloadSpec& spec, const meter::MeterSource& source, const Gpus& gpus) {
  const Machine machine{gpus, source.visible_devices};
  const workload::BenchmarkSpec& benchmark = spec.benchmarks.front();
  if (spec.benchmarks.size() > 1) return gpus_of_several(spec, machine);
  if (source.is_replay()) return gpus_of_replay(spec, machine);
  if (spec.running && !spec.running->container.empty()) return gpus_of_running_container(spec, machine);
  if (benchmark.image && workload::engine_for(benchmark, spec.environment) != workload::Engine::docker)
    return gpus_of_user_container(spec, machine);
  if (benchmark.image) return gpus_of_container(benchmark, machine);
  return gpus_of_command(benchmark.gpus, spec.environment, machine);
}

}  // namespace

VisibleChoice visible_gpus(std::string_view value, const Gpus& gpus, const Positions& among) {
  VisibleChoice choice;
  for (const std::string_view word : entries_of(value)) {
    const auto number = whole(word);
    std::optional<std::size_t> position;
    if (number && *number < among.size()) position = among[*number];
    if (!number && !word.empty()) position = by_name(word, gpus, among);
    if (!position && word.starts_with("MIG-")) choice.unknown_instance = true;
    if (!position) break;
    choice.by_number = choice.by_number || number.has_value();
    add(choice.positions, *position);
  }
  return choice;
}

std::string visible_value(const std::vector<workload::GpuRequest>& requests) {
  std::string value;
  for (const workload::GpuRequest& request : requests)
    base::add_item(value, request.uuid.empty() ? std::to_string(request.index) : request.uuid, ",");
  return value;
}

base::Result<WorkloadGpus> find_workload_gpus(const workload::WorkloadSpec& spec, const meter::MeterSource& source,
                                              const Gpus& gpus) {
  auto own = gpus_of(spec, source, gpus);
  if (own) std::sort(own->positions.begin(), own->positions.end());
  return own;
}

void give_to_command(const WorkloadGpus& gpus, const meter::MeterSource& source, std::vector<std::string>& environment) {
  if (!gpus.given_by_us) return;
  const std::string name = std::string(source.visible_devices.program) + "=";
  const auto is_it = [&](const std::string& entry) { return entry.starts_with(name); };
  environment.erase(std::remove_if(environment.begin(), environment.end(), is_it), environment.end());
  environment.push_back(name + visible_value(gpus.requests.front()));
}

void take_boards(WorkloadGpus& gpus, const std::vector<std::string>& uuids, const std::vector<meter::GpuDescription>& all) {
  gpus.positions.clear();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (std::find(uuids.begin(), uuids.end(), all[i].uuid) != uuids.end()) gpus.positions.push_back(i);
  gpus.by = "the ranks of the job on this node";
}

}  // namespace gpubench::gpus
