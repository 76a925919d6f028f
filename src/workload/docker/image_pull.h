// Fetching an image from its registry.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/clock.h"
#include "workload/docker/engine/client.h"

namespace gpubench::workload {

// Reads the engine's progress messages of a pull: JSON objects, one after another, in pieces of any size. The answer's
// status is 200 even if the pull fails: the error is one of the objects.
class PullReport {
 public:
  void feed(std::string_view bytes);
  // At the end of the stream; an error in the engine's own words.
  [[nodiscard]] base::Result<void> finish();
  // "3 of 7 layers, 120 of 800 MiB"; empty until layers are known.
  [[nodiscard]] std::string progress() const;

 private:
  struct Layer {
    std::uint64_t done = 0;   // bytes
    std::uint64_t total = 0;  // bytes; 0: not known yet
    bool complete = false;
  };
  void take(std::string_view object);

  std::string line_;
  bool overlong_ = false;
  std::map<std::string, Layer> layers_;
  std::string error_;
};

// "name:tag" or "name@digest" as the query of POST /images/create. Without a tag: ":latest".
std::string pull_query(const std::string& image);

struct PullOptions {
  std::string image;
  std::function<void(const std::string&)> tell;  // a line now and then; may be empty
  int interrupt_fd = -1;                         // readable: the pull is given up
  std::string login = {};                        // header X-Registry-Auth, a secret; empty: none
};
base::Result<void> pull_image(EngineClient& engine, const platform::Clock& clock, const PullOptions& options);

}  // namespace gpubench::workload
