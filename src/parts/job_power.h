// The power of a job's nodes over its time, put together from the curves of its parts.
#pragma once

#include <string>
#include <vector>

#include "parts/job.h"
#include "report/curve.h"

namespace gpubench::parts {

struct NodePower {
  std::string node;
  report::Curve curve;  // watts of all its GPUs; no points: not known
};

// Seconds since the job's start. All curves have their points at the same times; where a GPU has no samples, there is a gap.
struct JobPower {
  double first_seconds = 0;  // a little before the start
  double last_seconds = 0;   // and after the end
  std::vector<NodePower> nodes;
  report::Curve total;               // where the power of each node is known
  std::vector<std::string> unknown;  // nodes of which a GPU has no curve
};

// Reads one part after the other, so that a thousand need no more memory than their sums.
JobPower job_power(const Job& job);

// Of many nodes: the mean node, from the one with the least power to the one with the most.
report::Curve range_of(const JobPower& power);

}  // namespace gpubench::parts
