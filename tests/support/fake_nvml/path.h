// Where the fake driver's library was built. It is compiled into one file alone, so that the compiler cache serves every
// clone.
#pragma once

namespace gpubench::support {

const char* fake_nvml_path();

}  // namespace gpubench::support
