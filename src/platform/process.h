// What the system reports of this process and machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"

namespace gpubench::platform {

struct ResourceUse {
  double cpu_seconds = 0;     // user + system, all threads, without children
  base::Bytes peak_resident;  // VmHWM
};
ResourceUse own_resource_use();

// Hands what was freed back to the system; glibc by itself keeps up to twice the largest block that was ever freed.
void give_back_freed_memory();

// Opens /dev/null on those of the descriptors 0 to 2 that are closed: else the next file that is opened would be standard
// output. To be called before anything is opened.
void open_standard_streams();

// Daemons often ignore the ends of their children (SIGCHLD), and what they start inherits that: the kernel would then keep
// no exit codes. To be called before any child is started.
void keep_exit_codes_of_children();

// From now on, if `they_may_hang` says so at exit(), the process ends without the destructors of what was loaded before this
// call. Standard output and error are still written out. One such question in a process.
void skip_destructors_if(bool (*they_may_hang)());

std::string host_name();
int own_process_id();

// Names this process so that a later one can tell whether it still runs: machine, boot, process namespace, number, start.
std::string own_identity();
// The same of another process of this machine.
std::string identity_of(int id);
enum class Presence : std::uint8_t {
  running,
  gone,
  unknown,  // on another machine, in another container, or hidden from us
};
// `on_this_machine`: what it left, by which it is known, is here; then another boot was an earlier one.
Presence presence_of(const std::string& identity, bool on_this_machine = true);

// By what other processes know whether their steady clock is this one's: another after each start of the machine, and the
// inode of the time namespace. Empty and 0: not known.
std::string boot_id();
std::uint64_t time_namespace();

// A process as /proc shows it.
struct ProcessFacts {
  int parent = 0;
  int group = 0;
  std::string name;    // the kernel's short one
  std::string cgroup;  // path in the unified or, before it, the last hierarchy; empty: not known
};
// Empty: there is none of this number that we may look at.
std::optional<ProcessFacts> look_at_process(int id);
// Whether it was started with this variable ("NAME=value"); false also where we may not look.
bool was_started_with(int id, const std::string& variable);
// With which arguments and which environment ("NAME=value") it was started; empty where we may not look.
std::vector<std::string> arguments_of(int id);
std::vector<std::string> environment_of(int id);
// False in a process namespace of our own, as in most containers: other processes of the machine are hidden.
bool sees_all_processes();

}  // namespace gpubench::platform
