// What the tests of the commands share: a folder of its own for each, and what a command line says.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/program.h"

namespace gpubench::commands {

struct Said {
  int code;
  std::string out;
  std::string err;
};

inline Said say(const std::vector<std::string>& words) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_program(words);
  std::string out = testing::internal::GetCapturedStdout();
  return {code, std::move(out), testing::internal::GetCapturedStderr()};
}

// Is in an empty folder, and has no engine, network, driver or configuration of the user's.
class CommandTest : public testing::Test {
 protected:
  CommandTest() {
    namespace fs = std::filesystem;
    fs::create_directories(folder_);
    folder_ = fs::canonical(folder_);
    fs::current_path(folder_);
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "IRIS_GPUBENCH_VICTORIA_URL",
                             "MEERKAT_URL", "GITHUB_STEP_SUMMARY"})
      set(name, "");
    set("HOME", folder_);
    set("PWD", folder_);
    set("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    set("IRIS_GPUBENCH_CARBON_URL", "http://127.0.0.1:9");
    set("IRIS_GPUBENCH_NVML", "/nonexistent/libnvidia-ml.so.1");
  }
  ~CommandTest() override {
    for (const auto& [name, value] : before_) {
      if (value)
        setenv(name.c_str(), value->c_str(), 1);
      else
        unsetenv(name.c_str());
    }
    std::filesystem::current_path(back_);
    std::filesystem::remove_all(folder_);
  }

  // A variable of the environment, until the end of the test.
  void set(const std::string& name, const std::string& value) {
    const char* const now = std::getenv(name.c_str());
    before_.emplace(name, now == nullptr ? std::nullopt : std::optional<std::string>(now));
    setenv(name.c_str(), value.c_str(), 1);
  }
  static void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  static std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  // Every file below a folder.
  static std::map<std::string, std::string> contents(const std::filesystem::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) files[entry.path().lexically_relative(folder).string()] = text_of(entry.path());
    return files;
  }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / ("command-test-" + std::to_string(getpid()));
  std::filesystem::path results_ = "results";  // the default, in the folder

 private:
  std::filesystem::path back_ = std::filesystem::current_path();
  std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace gpubench::commands
