// Texts that are compared with files kept beside the test.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "support/places/places.h"

namespace gpubench::support {

// Compares with files/<name>.golden of the test's folder; GPUBENCH_UPDATE_GOLDEN=1 writes it again.
inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = test_file(name + ".golden");
  if (std::getenv("GPUBENCH_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream in(path, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, golden) << "if the new text is right: GPUBENCH_UPDATE_GOLDEN=1";
}

}  // namespace gpubench::support
