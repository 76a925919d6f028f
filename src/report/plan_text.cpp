#include "report/plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "base/text_table.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr std::size_t kLongestSources = 200;  // characters

// What starting now would emit in a region; empty: its forecast does not cover it.
std::optional<base::Emissions> at_once(const std::string& region, const carbon::PlanQuestion& question,
                                       const carbon::Plan& plan) {
  for (std::size_t i = 0; i < question.forecasts.size(); ++i)
    if (question.forecasts[i].region == region && plan.at_once[i]) return plan.at_once[i]->emissions;
  return std::nullopt;
}

// Of the first region: where the run would be without a plan.
std::optional<base::Emissions> without_plan(const carbon::Plan& plan) {
  return plan.at_once.empty() || !plan.at_once[0] ? std::nullopt : std::optional(plan.at_once[0]->emissions);
}

std::string saved_text(const std::optional<base::Emissions>& now, base::Emissions then, const char* unit = "") {
  if (!now) return "not known";
  const double saved = now->grams() - then.grams();
  const double percent = now->grams() > 0 ? 100 * saved / now->grams() : 0;
  return short_number(saved, kTableDecimals) + unit + " (" + plain_number(percent, 1) + " %)";
}

std::string kinds_text(const carbon::PlanQuestion& question) {
  std::string text;
  for (const carbon::RegionalForecast& forecast : question.forecasts)
    for (const carbon::IntensitySlot& slot : forecast.slots) {
      const std::string words = std::string(carbon::kind_text(slot.kind)) + ", " + slot.source;
      if (text.find(words) != std::string::npos) continue;
      if (text.size() > kLongestSources) return one_line(text) + "; and others";
      base::add_item(text, words);
    }
  return one_line(text);
}

// Where a service refuses its forecast, this is near: the plan then has little to choose from.
base::WallTime last_known(const carbon::PlanQuestion& question) {
  base::WallTime last = question.now;
  for (const carbon::RegionalForecast& forecast : question.forecasts)
    for (const carbon::IntensitySlot& slot : forecast.slots) last = std::max(last, slot.to);
  return last;
}

nlohmann::ordered_json optional_grams(const std::optional<base::Emissions>& emissions, base::Ratio pue) {
  if (!emissions) return nullptr;
  return (*emissions * pue.fraction()).grams();
}

}  // namespace

std::string plan_table(const PlannedRun& run, const carbon::PlanQuestion& question, const carbon::Plan& plan) {
  const double pue = run.pue.fraction();
  std::string text = fmt::format("When to run {}: {} kWh over {} s, PUE {}, from {} UTC on\n\n", run.run_id,
                                 significant(run.energy.kilowatt_hours()), short_number(base::to_seconds(run.length), 1),
                                 plain_number(pue, 3), base::utc_table_text(question.now));
  base::TextTable table({"Region", "Best Start (UTC)", "gCO2 at Best Start", "gCO2 if Started Now", "Saved (gCO2)"});
  for (const carbon::PlannedStart& best : plan.best) {
    auto now = at_once(best.region, question, plan);
    if (now) now = *now * pue;
    table.add_row({one_line(best.region, 60), best.start == question.now ? "now" : base::utc_table_text(best.start),
                   short_number(best.emissions.grams() * pue, kTableDecimals),
                   now ? short_number(now->grams(), kTableDecimals) : "not known", saved_text(now, best.emissions * pue)});
  }
  text += table.text();
  auto now = without_plan(plan);
  if (now) now = *now * pue;
  const carbon::PlannedStart& best = plan.best.front();
  text += fmt::format(
      "\nBest start: {} at {} UTC. Compared with a start in {} now, it saves {}.\nIntensities: {}\nThey reach until {} UTC: "
      "the run has to end by then.\n",
      one_line(best.region, 60), base::utc_table_text(best.start), one_line(question.forecasts.front().region, 60),
      saved_text(now, best.emissions * pue, " gCO2"), kinds_text(question), base::utc_table_text(last_known(question)));
  for (const carbon::RegionalForecast& forecast : question.forecasts) {
    const auto same = [&](const carbon::PlannedStart& start) { return start.region == forecast.region; };
    if (std::none_of(plan.best.begin(), plan.best.end(), same))
      text += "Left out: " + one_line(forecast.region, 60) + ", whose forecast does not cover the whole run.\n";
  }
  return text;
}

std::string plan_json(const PlannedRun& run, const carbon::PlanQuestion& question, const carbon::Plan& plan) {
  using PlanJson = nlohmann::ordered_json;
  const auto start_json = [&](const carbon::PlannedStart& start) {
    return PlanJson{{"region", start.region},
                    {"start", base::utc_text(start.start)},
                    {"grams", optional_grams(start.emissions, run.pue)},
                    {"grams_if_started_now", optional_grams(at_once(start.region, question, plan), run.pue)}};
  };
  PlanJson regions = PlanJson::array();
  for (const carbon::PlannedStart& start : plan.best) regions.push_back(start_json(start));
  const auto now = without_plan(plan);
  const PlanJson document{
      {"run_id", run.run_id},
      {"energy_kwh", run.energy.kilowatt_hours()},
      {"length_seconds", base::to_seconds(run.length)},
      {"pue", run.pue.fraction()},
      {"now", base::utc_text(question.now)},
      {"deadline", question.deadline ? PlanJson(base::utc_text(*question.deadline)) : PlanJson(nullptr)},
      {"intensities", kinds_text(question)},
      {"best", start_json(plan.best.front())},
      {"grams_saved", now ? PlanJson((*now - plan.best.front().emissions).grams() * run.pue.fraction()) : PlanJson(nullptr)},
      {"regions", std::move(regions)}};
  return base::json_text(document, 2) + "\n";
}

}  // namespace gpubench::report
