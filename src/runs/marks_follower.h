// The phase that a benchmark is in, read from its files of marks while it writes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <string>

#include "phases/mark_collector.h"
#include "phases/mark_lines.h"
#include "record/run_facts.h"

namespace gpubench::runs {

class MarksFollower {
 public:
  MarksFollower(std::filesystem::path run, const record::RunFacts& facts);
  // Reads what is new, up to 1 MiB at a time: what does not fit comes the next time.
  void read();
  [[nodiscard]] phases::MarkCollector::Current current() const { return marks_.current(); }

 private:
  struct File {
    std::filesystem::path path;
    std::uint64_t read = 0;
    phases::MarkLines lines;
  };
  void find_files();

  std::filesystem::path run_;
  phases::MachineClock clock_;
  phases::MarkCollector marks_;
  std::list<File> files_;
};

}  // namespace gpubench::runs
