#include "gpus/selection.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace gpubench::gpus {
namespace {

using meter::GpuDescription;
using workload::GpuRequest;

constexpr std::string_view kDevicePrefix = "device=";
constexpr std::size_t kShortestUuid = 8;  // "GPU-" and four digits

GpuRequest request_for(const GpuDescription& gpu) {
  return {gpu.index, gpu.uuid, gpu.pci_bus_id};
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

tl::unexpected<base::Error> unknown_gpu(const std::string& wish, const std::vector<GpuDescription>& gpus) {
  std::string list;
  for (const GpuDescription& gpu : gpus)
    base::add_item(list, std::to_string(gpu.index) + (gpu.uuid.empty() ? "" : " (" + gpu.uuid + ")"), ", ");
  return base::failure("--gpus " + wish + ": there is no such GPU",
                       "this machine has " + (list.empty() ? "none" : "GPU " + list));
}

std::optional<GpuRequest> find_one(std::string_view word, const std::vector<GpuDescription>& gpus) {
  if (word.starts_with("MIG-")) return GpuRequest{-1, std::string(word), ""};  // a part of a GPU, which the engine knows
  std::optional<GpuRequest> found;
  for (const GpuDescription& gpu : gpus) {
    const bool by_uuid = word.size() >= kShortestUuid && gpu.uuid.starts_with(word);
    if (!by_uuid && whole_number(word) != gpu.index) continue;
    if (found) return std::nullopt;  // the beginning of two UUIDs
    found = request_for(gpu);
  }
  return found;
}

std::string only(std::size_t gpus) {
  if (gpus == 0) return "no GPU";
  return "only " + std::to_string(gpus) + (gpus == 1 ? " GPU" : " GPUs");
}

}  // namespace

base::Result<std::vector<GpuRequest>> select_gpus(const std::string& wish, const std::vector<GpuDescription>& gpus) {
  std::vector<GpuRequest> chosen;
  if (wish == "none") return chosen;
  const auto count = whole_number(wish);
  if (count == 0)  // would be no GPU, which nobody writes who means GPU 0
    return base::failure("--gpus " + wish + ": a single number is a count of GPUs",
                         "write --gpus device=0 for GPU 0, or --gpus none for no GPU");
  if (count && static_cast<std::size_t>(*count) > gpus.size())
    return base::failure("--gpus " + wish + ": this machine has " + only(gpus.size()),
                         "a single number is a count; for the GPU with an index write --gpus device=" + wish);
  if (wish == "all" || count) {
    const std::size_t number = count ? static_cast<std::size_t>(*count) : gpus.size();
    std::transform(gpus.begin(), gpus.begin() + static_cast<std::ptrdiff_t>(number), std::back_inserter(chosen),
                   request_for);
    return chosen;
  }
  std::string_view rest = wish;
  if (rest.substr(0, kDevicePrefix.size()) == kDevicePrefix) rest.remove_prefix(kDevicePrefix.size());
  if (rest.empty()) return base::failure("--gpus names no GPU", "use all, none, a number, indices (0,2) or UUIDs");
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    auto gpu = find_one(word, gpus);
    if (!gpu) return unknown_gpu(wish, gpus);
    const bool twice = std::any_of(chosen.begin(), chosen.end(), [&](const GpuRequest& other) {
      return other.uuid == gpu->uuid && other.index == gpu->index;
    });
    if (!twice) chosen.push_back(std::move(*gpu));
  }
  return chosen;
}

namespace {

using Assignment = std::vector<std::vector<GpuRequest>>;

bool is_count(const std::string& wish) {
  return whole_number(wish).has_value();
}
bool is_named(const std::string& wish) {
  return wish != "all" && wish != "none" && !is_count(wish);
}

bool is_same(const GpuRequest& request, const GpuDescription& gpu) {
  return request.index == gpu.index && request.uuid == gpu.uuid;
}

// Takes what was chosen out of `free`.
base::Result<void> take(const std::vector<GpuRequest>& chosen, std::vector<GpuDescription>& free) {
  for (const GpuRequest& request : chosen) {
    if (request.index < 0) continue;  // part of a GPU
    const auto found = std::find_if(free.begin(), free.end(), [&](const auto& gpu) { return is_same(request, gpu); });
    if (found == free.end())
      return base::failure("--gpus gives GPU " + std::to_string(request.index) + " to two containers at the same time",
                           "give each container its own GPU, or run them one after another with --in-turn");
    free.erase(found);
  }
  return {};
}

// `wish` is a count.
base::Result<void> choose(const std::string& wish, std::vector<GpuDescription>& free, std::vector<GpuRequest>& chosen) {
  auto selected = select_gpus(wish, free);
  if (!selected)
    return base::failure("--gpus " + wish + ": the other containers leave " + only(free.size()) + " of this machine",
                         "ask for fewer, or run them one after another with --in-turn");
  chosen = std::move(*selected);
  return take(chosen, free);
}

base::Result<void> deal_out(const std::vector<std::string>& wishes, std::vector<GpuDescription> free, Assignment& chosen) {
  auto takers = static_cast<std::size_t>(std::count(wishes.begin(), wishes.end(), "all"));
  if (takers > free.size())
    return base::failure(std::to_string(free.size()) + (free.size() == 1 ? " GPU is" : " GPUs are") + " left for " +
                             std::to_string(takers) + " containers side by side",
                         "run them one after another with --in-turn, or name the GPUs of each with --gpus (or none)");
  std::size_t next = 0;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    if (wishes[i] != "all") continue;
    const std::size_t share = (free.size() - next + takers - 1) / takers;
    --takers;
    for (const std::size_t end = next + share; next < end; ++next) chosen[i].push_back(request_for(free[next]));
  }
  return {};
}

}  // namespace

base::Result<Assignment> assign_gpus(const std::vector<std::string>& wishes, bool in_turn,
                                     const std::vector<GpuDescription>& gpus) {
  Assignment chosen(wishes.size());
  std::vector<GpuDescription> free = gpus;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    if (!in_turn && !is_named(wishes[i])) continue;
    auto selected = select_gpus(wishes[i], gpus);
    if (!selected) return base::failure(selected.error());
    chosen[i] = std::move(*selected);
    if (in_turn) continue;
    if (const auto taken = take(chosen[i], free); !taken) return base::failure(taken.error());
  }
  if (in_turn) return chosen;
  for (std::size_t i = 0; i < wishes.size(); ++i)
    if (is_count(wishes[i]))
      if (const auto done = choose(wishes[i], free, chosen[i]); !done) return base::failure(done.error());
  if (const auto dealt = deal_out(wishes, std::move(free), chosen); !dealt) return base::failure(dealt.error());
  return chosen;
}

}  // namespace gpubench::gpus
