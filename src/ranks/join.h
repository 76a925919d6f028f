// How the processes of a job on one node find each other.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "ranks/company.h"

namespace gpubench::ranks {

// Whoever comes first leads. `group` and `node` are the job's and the machine's; `expected`: its processes there.
base::Result<std::unique_ptr<Company>> join(const std::string& group, const std::string& node, const Hello& own,
                                            int expected);

}  // namespace gpubench::ranks
