// What sacct prints, and after a byte 1 what scontrol prints: an energy is there exactly where its state says so.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "beside/slurm.h"

namespace {

using namespace gpubench;

class Printed final : public beside::SlurmPrograms {
 public:
  explicit Printed(std::string_view text) {
    const std::size_t cut = text.find('\1');
    accounting_ = text.substr(0, cut);
    if (cut != std::string_view::npos) configuration_ = text.substr(cut + 1);
  }
  Reply sacct(const std::vector<std::string>& /*arguments*/) override { return {true, {}, 0, accounting_}; }
  Reply configuration() override { return {true, {}, 0, configuration_}; }

 private:
  std::string accounting_;
  std::string configuration_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gpubench::beside::Accounted;
  Printed slurm(
      std::string_view(reinterpret_cast<const char*>(data), size));  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  constexpr std::chrono::seconds kBegin(1'790'000'010);
  const beside::Period run{base::WallTime(kBegin), base::WallTime(kBegin + std::chrono::minutes(1))};
  const beside::SlurmEnergy energy = beside::ask_again(beside::SlurmEnergy{{"ci", "17", "0"}}, run, slurm);
  const bool has_value = energy.state == Accounted::measured || energy.state == Accounted::zero;
  if (energy.energy.has_value() != has_value) std::abort();
  if (energy.energy && energy.energy->joules() < 0) std::abort();
  if (energy.why.empty() != (energy.state == Accounted::measured)) std::abort();
  return 0;
}
