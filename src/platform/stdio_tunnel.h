// A unix socket whose connections are served by a program each, through its standard input and output.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"

namespace gpubench::platform {

// The socket lies in a private folder of its own. Programs that still run are ended with the tunnel.
class StdioTunnel {
 public:
  // `command`: the first word is looked for in PATH; no shell. Its standard error stays ours.
  static base::Result<std::unique_ptr<StdioTunnel>> open(std::vector<std::string> command);
  ~StdioTunnel();
  StdioTunnel(const StdioTunnel&) = delete;
  StdioTunnel& operator=(const StdioTunnel&) = delete;

  [[nodiscard]] const std::string& socket_path() const { return path_; }

 private:
  explicit StdioTunnel(std::vector<std::string> command) : command_(std::move(command)) {}
  base::Result<void> listen_in_new_folder();
  void serve();
  void start_program(int connection);
  void collect_ended_programs();
  void end_programs();

  std::vector<std::string> command_;
  std::string folder_;
  std::string path_;
  int listening_ = -1;
  int stop_read_ = -1;  // readable: the tunnel is being closed
  int stop_write_ = -1;
  std::vector<pid_t> programs_;  // the thread's own until it has ended
  std::thread thread_;
};

}  // namespace gpubench::platform
