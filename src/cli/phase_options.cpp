#include "cli/phase_options.h"

#include <string>

#include "benchmark/score.h"

namespace gpubench::cli {
namespace {

base::Result<std::string> phase_regex(const std::string& text) {
  const auto pattern = benchmark::ScorePattern::compile(text, "--phase-regex");
  if (!pattern) return base::failure(pattern.error());
  return text;
}

}  // namespace

std::vector<Option> phase_options(RunSpec& spec) {
  using benchmark::LogFormat;
  const Choices<LogFormat> formats{{"auto", LogFormat::automatic},      {"sciml", LogFormat::sciml},
                                   {"mlperf", LogFormat::mlperf},       {"keras", LogFormat::keras},
                                   {"lightning", LogFormat::lightning}, {"none", LogFormat::none}};
  return {
      {"--log_phases", "FORMAT",
       "Format of the log that shows phases: auto (all of these), sciml, mlperf, keras,\n"
       "lightning or none",
       choice(spec.phases.log.format, formats)},
      {"--phase_regex", "REGEX",
       "Regular expression of log lines at which a phase begins; its name is the first (group).\n"
       "Give a second one for the lines at which it ends",
       each_parsed(spec.phases.log.regexes, phase_regex)},
      {"--nvtx", "FILTER",
       "Take the program's NVTX ranges as phases: all, those of a domain, or those whose names\n"
       "match a regular expression",
       with_choices({"all"}, text(spec.phases.nvtx))},
      {"--marks_client", "",
       "Let the program find the clients for marks: Python imports iris_gpubench_marks, C includes\n"
       "its header; in a container they are mounted at /iris-gpubench/client",
       switch_on(spec.phases.with_client)},
  };
}

}  // namespace gpubench::cli
