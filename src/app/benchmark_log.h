// The benchmark's log: every byte to a file as it comes, and on to whoever watches.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "workload/workload.h"

namespace gpubench::app {

class BenchmarkLog final : public workload::LogSink {
 public:
  // `watch` gets a copy of each piece; it must not block. May be empty.
  static base::Result<std::unique_ptr<BenchmarkLog>> create(const std::filesystem::path& path,
                                                            std::function<void(std::string)> watch);
  void write(workload::LogStream stream, std::string_view bytes) override;
  // Forces what came to the file. The file is complete unless this fails.
  base::Result<void> close();

 private:
  BenchmarkLog(std::filesystem::path path, std::function<void(std::string)> watch);
  std::filesystem::path path_;
  std::ofstream file_;
  std::function<void(std::string)> watch_;
};

}  // namespace gpubench::app
