#include "runs/cost_unfinished.h"

#include <chrono>

#include "carbon/fallback_factor.h"
#include "carbon/open.h"
#include "platform/clock.h"
#include "record/costs.h"

namespace gpubench::runs {
namespace {

constexpr base::Duration kAnswerWithin = std::chrono::seconds(10);

// A source that cannot be asked any more (its token is not there) gives way to its fallback.
carbon::Answer answer_for(const record::RunRecord& run, const carbon::Services& services) {
  const platform::SystemClock clock;
  const record::RunFacts& facts = run.facts;
  const auto source = carbon::open_source({facts.carbon, facts.carbon_region, services}, clock);
  if (source) return carbon::ask_once(*source, run.start_time(), run.end_time(), kAnswerWithin, clock);
  carbon::Answer answer;
  answer.place = facts.carbon_region;
  answer.trouble = source.error().message;
  answer.fallback = carbon::fallback_factor(facts.carbon, facts.carbon_region);
  return answer;
}

}  // namespace

void cost_unfinished(SavedRun& saved, const carbon::Services& services) {
  if (!saved.finished && saved.run.total_energy) record::cost(saved.run, saved.series, answer_for(saved.run, services));
}

}  // namespace gpubench::runs
