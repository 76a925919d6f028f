#include "report/site/site_page.h"

#include "report/site/assets.h"

namespace gpubench::report {
namespace {

constexpr std::string_view kControls = R"(<main id="main">
<form id="controls" role="search">
<label>Search <input id="search" type="search" autocomplete="off" placeholder="benchmark, GPU, day, host"></label>
<label>Benchmark <select id="benchmark"><option value="">all</option></select></label>
<label>GPU <select id="gpu"><option value="">all</option></select></label>
<label>Outcome <select id="outcome"><option value="">all</option></select></label>
<p id="count" class="quiet" role="status"></p>
</form>
<section id="comparison" hidden aria-labelledby="comparison-title"><h2 id="comparison-title">Two runs compared</h2>
<div class="scroll"><table><thead><tr><td></td><th scope="col" id="first"></th><th scope="col" id="second"></th><th scope="col">Change</th></tr></thead>
<tbody id="compared"></tbody></table></div><p id="verdict" role="status"></p></section>
<section aria-labelledby="chart-title"><h2 id="chart-title">Over time</h2>
<label>Figure <select id="figure"><option value="energy_joules">Energy (J), with its interval</option><option value="elapsed_seconds">Time (s)</option>
<option value="emissions_grams">Emissions (gCO2)</option><option value="score_seconds">Score (s)</option>
<option value="joules_per_work">Energy per work (J)</option></select></label>
<figure id="chart"></figure><div id="legend" class="legend"></div></section>
<div class="scroll" tabindex="0" role="region" aria-label="Runs"><table><thead><tr id="headings"></tr></thead><tbody id="rows"></tbody></table></div>
<p><button id="more" type="button" hidden>Show more</button></p>
</main>
)";

std::string as_content(std::string_view text) {
  std::string content;
  for (const char c : text) {
    if (c == '<')
      content += "&lt;";
    else if (c == '&')
      content += "&amp;";
    else
      content += c;
  }
  return content;
}

// As the content of a script element, which ends at "</script".
std::string inside_script(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) text += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return text;
}

}  // namespace

std::string site_page(std::string_view title, std::string_view runs_json) {
  const std::string name = as_content(title);
  std::string text = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>)";
  text += name + "</title><style>" + std::string(kSiteStyle) +
          R"(</style></head>
<body><a class="skip" href="#main">Skip to the runs</a><h1>)" +
          name + "</h1>\n" + std::string(kControls);
  text += R"(<script type="application/json" id="runs">)" + inside_script(runs_json) + "</script>\n<script>" +
          std::string(kSiteScript) + "</script></body></html>\n";
  return text;
}

}  // namespace gpubench::report
