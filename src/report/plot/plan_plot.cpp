#include "report/plot/plan_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/child_process.h"
#include "platform/files.h"
#include "report/plot/gnuplot_script.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr std::array<std::string_view, 8> kRegionColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
                                                            "#56B4E9", "#882255", "#555555"};  // as metrics_plot.png
constexpr base::Duration kStartStep = std::chrono::minutes(10);                                // of the lower curves

double hours_from(base::WallTime now, base::WallTime time) {
  return base::to_seconds(time - now) / 3600;
}

// "$F0": time in hours from now, g/kWh; both ends of each slot, a blank line for each gap.
std::string forecast_block(const carbon::RegionalForecast& forecast, std::size_t number, base::WallTime now) {
  std::string text = fmt::format("$F{} << EOD\n", number);
  const carbon::IntensitySlot* last = nullptr;
  for (const carbon::IntensitySlot& slot : forecast.slots) {
    if (last != nullptr && last->to < slot.from) text += "\n";
    const double grams = slot.intensity.grams_per_kilowatt_hour();
    text +=
        fmt::format("{:.5f} {:.5g}\n{:.5f} {:.5g}\n", hours_from(now, slot.from), grams, hours_from(now, slot.to), grams);
    last = &slot;
  }
  return text + "EOD\n";
}

// "$E0": start in hours from now, grams of the run begun then.
std::string emissions_block(const carbon::PlanQuestion& question, std::size_t number) {
  std::string text = fmt::format("$E{} << EOD\n", number);
  const auto& slots = question.forecasts[number].slots;
  for (base::WallTime start = question.now; !slots.empty() && start < slots.back().to; start += kStartStep) {
    const auto emissions = carbon::emissions_from(question.run, slots, start);
    text += emissions ? fmt::format("{:.5f} {:.6g}\n", hours_from(question.now, start), emissions->grams()) : "\n";
  }
  return text + "EOD\n";
}

std::string curves(const carbon::PlanQuestion& question, char block) {
  std::string text;
  for (std::size_t i = 0; i < question.forecasts.size(); ++i) {
    if (question.forecasts[i].slots.empty()) continue;
    text += fmt::format("{}${}{} using 1:2 with lines lw 1.8 dt {} lc rgb '{}' title {}", text.empty() ? "plot " : ", ",
                        block, i, 1 + i / kRegionColours.size(), kRegionColours[i % kRegionColours.size()],
                        block == 'F' ? gnuplot_quoted(question.forecasts[i].region) : "''");
  }
  return text;
}

}  // namespace

std::string plan_plot_script(const PlanPlot& plot) {
  const carbon::PlanQuestion& question = *plot.question;
  std::string script =
      "set encoding utf8\n"
      "set terminal pngcairo noenhanced size 1200,900 background rgb 'white' font 'DejaVu Sans,11'\n"
      "set border 3 lc rgb '#444444'\nset tics nomirror out scale 0.6\nset grid lt 1 lw 0.6 lc rgb '#E4E4E4'\n";
  double last = 1;
  for (std::size_t i = 0; i < question.forecasts.size(); ++i) {
    script += forecast_block(question.forecasts[i], i, question.now) + emissions_block(question, i);
    if (!question.forecasts[i].slots.empty())
      last = std::max(last, hours_from(question.now, question.forecasts[i].slots.back().to));
  }
  const carbon::PlannedStart& best = plot.plan->best.front();
  script += fmt::format("set multiplot layout 2,1 title {}\nset xrange [0:{:.5f}]\nset yrange [0:*]\n",
                        gnuplot_quoted(one_line(plot.title, 120)), last);
  script += "set key outside right top\nset lmargin 12\nset rmargin 34\nset ylabel 'forecast (gCO2/kWh)'\n" +
            curves(question, 'F') + "\n";
  script += "unset key\nset ylabel 'the run, if started then (gCO2)'\n";
  script += fmt::format("set xlabel {}\n", gnuplot_quoted("hours from " + base::utc_table_text(question.now) + " UTC"));
  const double at = hours_from(question.now, best.start);
  script += fmt::format("set arrow from {0:.5f},graph 0 to {0:.5f},graph 1 nohead dt (4,4) lc rgb '#444444'\n", at);
  script += fmt::format("set label {} at {:.5f},graph 0.06 offset 0.5,0 font ',10'\n",
                        gnuplot_quoted("best: " + best.region + ", " + base::utc_table_text(best.start)), at);
  return script + curves(question, 'E') + "\nunset multiplot\n";
}

base::Result<void> write_plan_plot(const std::filesystem::path& path, const PlanPlot& plot) {
  const auto outcome = platform::run_child({{"gnuplot", "-d", "-"}, plan_plot_script(plot)});
  if (!outcome) return base::failure("could not draw the plan: " + outcome.error().error.message, "install gnuplot-nox");
  if (outcome->exit_code != 0 || outcome->output.empty())
    return base::failure("could not draw the plan: " + one_line(outcome->error, 300));
  return platform::write_file_atomically(path, outcome->output);
}

}  // namespace gpubench::report
