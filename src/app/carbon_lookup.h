// The forecast for a run: asked for in the background before it, so that a network that is lost or slow costs it nothing.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "carbon/emissions.h"
#include "carbon/intensity.h"
#include "carbon/regions.h"
#include "platform/clock.h"

namespace gpubench::app {

class CarbonLookup {
 public:
  // Starts asking for the 48 hours from now. `base_url` empty: the public service.
  // `ca_file` as for platform::make_http_client.
  CarbonLookup(carbon::Region region, std::string base_url, std::string ca_file, const platform::Clock& clock);

  struct Answer {
    std::vector<carbon::IntensitySlot> slots;
    std::string trouble;  // why half-hours may be missing; empty if nothing went wrong
  };
  // The slots that touch [from, to]; asks once more if the forecast does not cover them. Waits up to the provider's 10 s.
  Answer answer(base::WallTime from, base::WallTime to);

 private:
  using Slots = base::Result<std::vector<carbon::IntensitySlot>>;
  [[nodiscard]] Slots ask(base::WallTime from, base::WallTime to) const;

  carbon::Region region_;
  std::string base_url_;
  std::string ca_file_;
  const platform::Clock& clock_;
  std::future<Slots> forecast_;
};

}  // namespace gpubench::app
