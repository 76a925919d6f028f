// The tar stream of a path in a container.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/clock.h"
#include "workload/docker/engine/client.h"

namespace gpubench::workload {

// Closes its connection on every way out: an archive that is not read to its end keeps the engine from removing the
// container.
class ArchiveDownload {
 public:
  ArchiveDownload(EngineClient& engine, const platform::Clock& clock) : engine_(engine), clock_(clock) {}
  ~ArchiveDownload() { engine_.streams().close(id_); }
  ArchiveDownload(const ArchiveDownload&) = delete;
  ArchiveDownload& operator=(const ArchiveDownload&) = delete;

  // False: the container has no such path.
  base::Result<bool> open(const std::string& container, const std::string& path);
  // The next piece, valid until the next call; empty at the end.
  base::Result<std::string_view> next();

 private:
  EngineClient& engine_;
  const platform::Clock& clock_;
  platform::HttpStreams::StreamId id_ = 0;
  std::deque<std::string> pieces_;  // arrived, not yet taken
  std::string current_;
  std::string refusal_;  // body of an answer other than 200
};

}  // namespace gpubench::workload
