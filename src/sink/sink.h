// Who is told while a run lasts.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "meter/gpu_meter.h"
#include "record/progress.h"
#include "record/run_record.h"

namespace gpubench::sink {

// What is known of a run when it starts; labels of what is sent.
struct RunIdentity {
  std::string run_id;
  std::string host;
  std::string benchmark;  // image or command name
  std::vector<meter::GpuDescription> gpus;
  meter::SourceKind source = meter::SourceKind::nvml;
};

// Called from the publisher thread only. A sink that cannot deliver keeps what it can and counts the rest; it never throws
// and never blocks for longer than its own time-out.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void begin(const RunIdentity& run) = 0;
  virtual void send(const record::Progress& progress) = 0;
  // Delivers what is left, for at most `budget`.
  virtual record::ExportRecord finish(base::Duration budget) = 0;
};

}  // namespace gpubench::sink
