#include "jobs/start.h"

#include "carbon/open.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "jobs/ranked_run.h"
#include "platform/clock.h"
#include "platform/signals.h"
#include "run/run.h"

namespace gpubench::jobs {

int run_benchmark(const cli::RunSpec& spec, const cli::Environment& environment) {
  const auto member = membership_of(spec, environment);
  if (!member) return cli::complain(member.error(), cli::kUsageError);
  platform::SignalQueue signals;  // before any thread
  if (*member) return run_rank(spec, environment, **member, signals);
  return run::run_once(spec, environment, run::Shared{signals}).exit_code;
}

}  // namespace gpubench::jobs
