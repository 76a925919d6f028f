// Where this repository lies. It is compiled into one file alone, so that the compiler cache serves every clone.
#pragma once

#include <string>

namespace gpubench::support {

std::string source_folder();

#ifdef GPUBENCH_TEST_ROOM
// A file that is kept beside the tests of a room: tests/unit/<room>/files/<name>.
inline std::string test_file(const std::string& name) {
  return source_folder() + "/tests/unit/" GPUBENCH_TEST_ROOM "/files/" + name;
}
#endif

}  // namespace gpubench::support
