// How a benchmark finds the file for the marks of its phases (docs/formats.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gpubench::workload {

// "IRIS_GPUBENCH_MARKS=/run/marks/1": the file to append to. A program that finds it not there writes nothing.
inline constexpr const char* kMarksVariable = "IRIS_GPUBENCH_MARKS=";
inline constexpr const char* kMarksInContainer = "/iris-gpubench/marks";

// A library that programs with NVTX load by themselves and that writes their ranges to the file of marks.
struct NvtxInjection {
  std::string library;  // on this machine
  std::string filter;   // IRIS_GPUBENCH_NVTX: a domain or a regular expression; empty: the outermost of all
};
inline constexpr const char* kNvtxInContainer = "/iris-gpubench/nvtx.so";

// A folder with the clients for marks (share/marks), for programs that do not bring one: where it is in a container.
inline constexpr const char* kClientInContainer = "/iris-gpubench/client";

// What a container gets for its marks: paths of this machine.
struct MarksAccess {
  std::string file = {};  // to append them to; empty: none
  std::optional<NvtxInjection> nvtx = {};
  std::string client = {};  // the folder; empty: not asked for
};

// Lets Python and C compilers find what is in the folder, after what they have now.
void give_client(std::vector<std::string>& environment, const std::string& folder);

// The folder for a command's results. A run that is started inside another one gets its own.
void give_results_folder(std::vector<std::string>& environment, const std::string& folder);

// Adds its variables, unless the program already has such a library, as below a profiler.
void give_nvtx(std::vector<std::string>& environment, const std::string& library, const std::string& filter);

// For a command, and for containers that it starts with Apptainer.
void give_marks(std::vector<std::string>& environment, const std::string& file);

}  // namespace gpubench::workload
