#include "run/audience.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "carbon/source.h"
#include "live/open.h"
#include "platform/listen_address.h"
#include "report/plot/plot.h"

namespace gpubench::run {
namespace {

// "train  Run 3 of 10"
std::string title_of(const cli::RunSpec& spec) {
  const std::string name = run_name(spec);
  return spec.part_of.place_in_set.empty() ? name : name + "  " + spec.part_of.place_in_set;
}

}  // namespace

Audience::Audience(const cli::RunSpec& spec, const Scene& scene)
    : spec_(spec), scene_(scene), style_(live::style_for(spec.live, scene.terminal)) {
  const live::Stage stage{scene.terminal,       scene.clock,    scene.meter.gpus(),
                          scene.gpus.positions, title_of(spec), scene.meter.source().is_replay()};
  live_ = std::make_unique<live::Feed>(scene.terminal, live::open_view(style_, spec.live, stage),
                                       style_ == live::LiveStyle::full);
  if (spec.live_plot && spec.outputs.plot) plot_ = make_live_plot();
}

std::unique_ptr<LivePlot> Audience::make_live_plot() const {
  LivePlot::Plan plan;
  plan.path = scene_.recording.directory().path / report::plot_file_name(spec_.outputs.plot_format);
  plan.format = spec_.outputs.plot_format;
  plan.anchor = scene_.anchor;
  plan.interrupt_fd = scene_.interrupt_fd;
  plan.failed = [&recording = scene_.recording](const std::string& why) { recording.log().warn("live plot: {}", why); };
  report::PlotInput& input = plan.input;
  input.title = run_name(spec_);
  input.subtitle = "run under way";
  input.under_way = true;
  input.replay = scene_.meter.source().is_replay();
  input.gpus = scene_.meter.gpus();
  for (std::size_t gpu = 0; gpu < input.gpus.size(); ++gpu) input.is_other.push_back(!scene_.gpus.has(gpu));
  input.series = &scene_.recording.series();
  input.origin = scene_.anchor.steady;
  return std::make_unique<LivePlot>(std::move(plan));
}

base::Result<void> Audience::serve(exporting::RunLabels labels) {
  if (!spec_.serve) return {};
  page_.emplace(std::move(labels), carbon::place_name(spec_.settings.carbon, spec_.settings.carbon_region),
                scene_.gpus.positions, scene_.anchor, scene_.recording.series());
  auto server = platform::HttpServer::start(
      *spec_.serve, {"/metrics", std::string(exporting::kExpositionType), [this] { return page_->text(); }});
  if (!server) return base::failure(server.error().with_context("--serve"));
  server_ = *std::move(server);
  scene_.recording.log().info("answering scrapes at {}", server_->url());
  const bool is_open = !platform::is_loopback(spec_.serve->host);
  say("answering scrapes at " + server_->url() +
      (is_open ? ", without a login, for everybody who can reach this machine" : ""));
  return {};
}

std::function<void(std::string)> Audience::log_watcher() {
  if (!spec_.live.show_log && style_ == live::LiveStyle::none) return {};
  return [this](std::string bytes) { live_->show_log(std::move(bytes)); };
}

void Audience::say(const std::string& line) {
  if (!spec_.quiet) live_->say(line);
}

void Audience::begin(base::SteadyTime time) {
  live_->start(scene_.anchor.to_wall(time));
  if (plot_) plot_->begin(time);
  if (page_) page_->begin(time);
}

void Audience::show(record::Progress progress) {
  if (plot_) plot_->show(progress);
  if (page_) page_->show(progress);
  live_->show(std::move(progress));
}

void Audience::end(base::SteadyTime time) {
  if (page_) page_->end(time);
}

void Audience::leave() {
  server_.reset();  // values that stand still are not current
  live_->finish();
}

void Audience::finish_plot() {
  if (plot_) plot_->finish();
}

}  // namespace gpubench::run
