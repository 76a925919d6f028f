#include "support/fake_nvml/script.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace gpubench::fake_nvml {
namespace {

[[noreturn]] void give_up(const std::string& line) {
  std::fprintf(stderr, "fake_nvml: cannot understand: %s\n", line.c_str());
  std::abort();
}

// "T:VALUE T:VALUE ..."; a value may be "nan".
void parse_steps(Profile& profile, std::istringstream& rest) {
  profile.pieces.clear();
  double from = 0.0;
  std::string value;
  for (char colon = 0; rest >> from >> colon >> value;) profile.pieces.emplace_back(from, std::stod(value));
  rest.clear();
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
  } else if (word == "throttled") {
    unsigned field = 0;
    rest >> field >> gpu.throttled[field];
  } else if (word == "ecc") {
    rest >> gpu.ecc_corrected >> gpu.ecc_uncorrected >> gpu.ecc_from;
  } else if (word == "xid") {
    rest >> gpu.xid >> gpu.xid_from;
  } else if (word == "mig") {
    rest >> gpu.mig_instances;
  } else if (word == "gpm" || word == "gpm_code") {
    unsigned id = 0;
    rest >> id;
    if (word == "gpm") parse_steps(gpu.gpm[id], rest);
    if (word == "gpm_code") rest >> gpu.gpm_codes[id];
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
    if (kind == "steps") parse_steps(gpu.profile, rest);
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

std::string host_digits() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  unsigned hash = 0;
  for (const char* c = name.data(); *c != '\0'; ++c) hash = hash * 31 + static_cast<unsigned char>(*c);
  std::array<char, 5> digits{};
  std::snprintf(digits.data(), digits.size(), "%04x", hash & 0xffffU);
  return digits.data();
}

// As the driver does under a device cgroup.
void hide_gpus(Script& script) {
  for (unsigned i = 0; i < script.gpus.size(); ++i) script.gpus[i].minor = i;
  const std::size_t at = script.visible_by.find("%d");
  if (at == std::string::npos) return;
  const auto hidden = [&](const Gpu& gpu) {
    std::string path = script.visible_by;
    path.replace(at, 2, std::to_string(gpu.minor));
    const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    const bool denied = fd < 0 && (errno == EPERM || errno == EACCES);
    if (fd >= 0) close(fd);
    return denied;
  };
  script.gpus.erase(std::remove_if(script.gpus.begin(), script.gpus.end(), hidden), script.gpus.end());
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
  } else if (word == "host_uuids") {
    script.host = host_digits();
  } else if (word == "visible_by") {
    rest >> script.visible_by;
  } else if (word == "memory") {
    rest >> script.memory_used >> script.memory_reserved >> script.memory_total;
  } else if (word == "clocks") {
    rest >> script.sm_clock >> script.memory_clock;
  } else if (word == "chip") {
    rest >> script.bus_width >> script.cores;
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

}  // namespace

NvmlProcess read_process(std::istream& from) {
  NvmlProcess process;
  std::uint64_t mebibytes = 0;
  from >> process.id >> mebibytes;
  process.used_memory = mebibytes * 1048576;
  return process;
}

Script read_script() {
  Script script;
  const char* path = std::getenv("FAKE_NVML_SCRIPT");
  if (path == nullptr) return script;
  std::ifstream file(path);
  if (!file) give_up(std::string("the file ") + path);
  for (std::string line; std::getline(file, line);) parse_line(script, line.substr(0, line.find('#')));
  hide_gpus(script);
  return script;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace gpubench::fake_nvml
