// usage: day_sampling TRACE [GPUS [SECONDS]]      memory of the measuring side of a long run (default: 8 GPUs, 24 hours):
// replay meter, sampler, spooled series, journal and the live view's state in simulated time, so that a day takes minutes.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "live/view_state.h"
#include "meter/replay/replay_meter.h"
#include "platform/clock.h"
#include "platform/process.h"
#include "series/journal/journal.h"
#include "series/open.h"
#include "support/simulated_sampler.h"

namespace {

using namespace gpubench;
using namespace std::chrono_literals;

// Sleeping moves it.
class SimulatedClock final : public platform::Clock {
 public:
  [[nodiscard]] base::SteadyTime now() const override { return now_; }
  [[nodiscard]] base::WallTime wall_now() const override { return kWall + now_.time_since_epoch(); }
  void sleep_until(base::SteadyTime time) const override { now_ = std::max(now_, time); }

 private:
  static constexpr base::WallTime kWall{std::chrono::seconds(1'800'000'000)};
  mutable base::SteadyTime now_{1000s};
};

// A line of log every second, as a training writes it.
void take_log(live::ViewState& view, int second) {
  view.take_log("Epoch " + std::to_string(second) + "/86400  loss=0.5\n", base::WallTime(std::chrono::seconds(second)));
}

// The newest segment, which has the largest number.
std::filesystem::path newest_segment(const std::filesystem::path& folder) {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "journal")) newest = std::max(newest, entry.path());
  return newest;
}

bool ends_with(const std::filesystem::path& segment, std::string_view note) {
  std::array<char, 64> end{};
  std::ifstream file(segment, std::ios::binary);
  file.seekg(-static_cast<std::streamoff>(end.size()), std::ios::end);
  file.read(end.data(), end.size());
  return std::string_view(end.data(), end.size()).find(note) != std::string_view::npos;
}

// Until a note is on the disk, and with it all that came before it; noted again where a segment ended with it.
void wait_for_journal(series::Journal& journal, const std::filesystem::path& folder, int second) {
  const std::string note = "pace " + std::to_string(second) + ".";
  for (int poll = 0; !ends_with(newest_segment(folder), note); ++poll) {
    if (poll % 100 == 0) journal.note(note);
    std::this_thread::sleep_for(100us);
  }
}

int sample(const std::string& trace, int gpus, int seconds, const std::filesystem::path& folder) {
  const SimulatedClock clock;
  const auto meter = meter::open_replay_meter(trace, gpus, clock);
  if (!meter) return std::fprintf(stderr, "%s\n", meter.error().message.c_str()), 1;
  const auto journal = series::Journal::create(folder, "day-sampling").value();
  auto series = series::open_series((*meter)->gpus(), folder, journal.get()).value();
  live::ViewState view((*meter)->gpus(), "day_sampling", "REPLAY");
  view.start(clock.wall_now());
  const auto observe = [&](std::size_t tick, const std::vector<meter::GpuReading>& readings) {
    view.take({tick, clock.wall_now(), readings, std::nullopt});
  };
  sampler::SamplerOptions options;
  options.drain_period = 870ms;
  support::SimulatedSampler sampler(**meter, clock, series, options, observe);
  const base::SteadyTime start = clock.now();
  for (int second = 0; second < seconds; ++second) {
    sampler.run_until(start + std::chrono::seconds(second + 1));
    take_log(view, second);
    // In real time the journal's thread is a hundredth of a second behind at most, here it is waited for.
    if (second % 5 == 4) wait_for_journal(*journal, folder, second);
  }
  std::size_t samples = 0;
  for (const series::GpuSeries& gpu : series) samples += gpu.power->size();
  std::printf("%d s of %d GPUs: %zu power samples, peak memory %.2f MiB\n", seconds, gpus, samples,
              platform::own_resource_use().peak_resident.mebibytes());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::string folder = (std::filesystem::temp_directory_path() / "gpubench-day-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const int status = sample(argv[1], argc > 2 ? std::atoi(argv[2]) : 8, argc > 3 ? std::atoi(argv[3]) : 86400, folder);
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  return status;
}
