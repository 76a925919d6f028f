#include "series/open.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "base/try.h"
#include "series/journal/journal_series.h"
#include "series/spool/file_series.h"

namespace gpubench::series {
namespace {

// Where a new series goes.
struct SeriesPlace {
  const std::filesystem::path& directory;
  Journal* journal;
  std::uint16_t gpu;
};

template <class T>
base::Result<void> open_one(std::unique_ptr<Series<T>>& series, const SeriesPlace& place) {
  auto file = FileSeries<T>::create(place.directory);
  if (!file) return base::failure(file.error());
  series = std::move(*file);
  if (place.journal != nullptr) series = std::make_unique<JournalSeries<T>>(std::move(series), *place.journal, place.gpu);
  return {};
}

}  // namespace

base::Result<std::vector<GpuSeries>> open_series(const std::vector<meter::GpuDescription>& gpus,
                                                 const std::filesystem::path& directory, Journal* journal) {
  std::vector<GpuSeries> all(gpus.size());
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    all[i].sensor = gpus[i].sensor;
    const SeriesPlace place{directory, journal, static_cast<std::uint16_t>(i)};
    GPUBENCH_TRY(open_one(all[i].readings, place));
    GPUBENCH_TRY(open_one(all[i].power, place));
    GPUBENCH_TRY(open_one(all[i].counter, place));
  }
  return all;
}

}  // namespace gpubench::series
