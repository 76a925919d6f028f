// What a run that is a part of a job has beside an ordinary one: run.cpp asks it at the steps that differ.
#pragma once

#include <memory>
#include <vector>

#include "gpus/event_monitor.h"
#include "gpus/workload_gpus.h"
#include "meter/gpu_meter.h"
#include "parts/part.h"
#include "record/run_record.h"
#include "workload/workload.h"

namespace gpubench::run {

class PartPlace {
 public:
  // `begun`: what part.json says before the part is measured.
  explicit PartPlace(parts::Part begun) : begun_(std::move(begun)) {}
  virtual ~PartPlace() = default;
  PartPlace(const PartPlace&) = delete;
  PartPlace& operator=(const PartPlace&) = delete;

  [[nodiscard]] const parts::Part& begun() const { return begun_; }
  // It is one of several processes that share the node, and whose output their launcher expects.
  [[nodiscard]] virtual bool is_rank() const { return false; }
  virtual void choose_gpus(gpus::WorkloadGpus& /*own*/, const std::vector<meter::GpuDescription>& /*all*/) const {}
  // The workload as this part sees it.
  virtual std::unique_ptr<workload::Workload> place(std::unique_ptr<workload::Workload> workload, int interrupt_fd) = 0;
  // Where its output goes, of which `log` keeps a copy.
  virtual workload::LogSink* output(workload::LogSink* log) { return log; }
  // Which processes are the benchmark's too, or are it in place of this run's.
  virtual void know_processes(gpus::WorkloadProcesses& /*processes*/) const {}
  virtual void add_findings(record::RunRecord& /*run*/) const {}
  // What part.json says at the end.
  [[nodiscard]] parts::Part ended(const record::RunRecord& run) const {
    parts::Part part = begun_;
    part.ended = true;
    complete(part, run);
    return part;
  }

 private:
  virtual void complete(parts::Part& part, const record::RunRecord& run) const = 0;

  const parts::Part begun_;
};

}  // namespace gpubench::run
