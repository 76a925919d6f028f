// What the process was given from outside: the only place that reads environment variables.
#pragma once

#include <string>
#include <vector>

#include "carbon/services.h"
#include "exporting/spec.h"
#include "workload/engine_hints.h"

namespace gpubench::cli {

struct Environment {
  std::string nvml_library;  // path of another NVML library, for tests
  workload::EngineHints engine;
  carbon::Services carbon;
  exporting::Server metrics_database;
  std::string ca_file;           // certificate authorities for HTTPS; empty: the system's
  std::string archive_ca_file;   // the same by the archive's launcher; the user's come first
  bool dumb_terminal = false;    // TERM is "dumb" or missing
  bool utf8 = false;             // the locale's encoding
  int colours = 8;               // 256, 8 or 0
  std::vector<std::string> all;  // "NAME=value", handed on to a plain command: without secrets
};

// A variable, and where its value goes.
struct Variable {
  std::vector<const char*> names;  // the first that is set and not empty counts
  std::string meaning;             // for --help; empty: for tests, or another program's
  std::string* field;
  bool secret = false;  // no child is given it
};

// All that are taken as they are.
std::vector<Variable> variables(Environment& to);

Environment read_environment();

// The part of --help about them.
std::string environment_help();

}  // namespace gpubench::cli
