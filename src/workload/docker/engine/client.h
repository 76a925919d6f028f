// Requests to a container engine, in the API version that both sides know.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "platform/http_client.h"
#include "platform/http_stream.h"
#include "platform/stdio_tunnel.h"
#include "workload/docker/engine/address.h"

namespace gpubench::workload {

// Who answers.
struct EngineIdentity {
  std::string text;         // "Docker 20.10.24", "Podman 4.3.1"
  std::string api_version;  // used in every request, e.g. "1.41"
  bool is_podman = false;
};

// Owns the connections of one thread.
class EngineClient {
 public:
  EngineClient();

  // Finds the engine within 10 s; an error names the remedy. Must succeed before any other call.
  base::Result<void> connect(const std::string& docker_host, const TlsFiles& tls = {});
  [[nodiscard]] const EngineIdentity& engine() const { return engine_; }
  [[nodiscard]] const EngineAddress& address() const { return address_; }

  // An answer of any status. `path` begins with "/"; `json` may be empty.
  base::Result<platform::HttpResponse> call(const std::string& method, const std::string& path, const std::string& json,
                                            base::Duration timeout);
  base::Result<platform::HttpResponse> get(const std::string& path) {
    return call("GET", path, "", std::chrono::seconds(30));
  }

  // From now on what takes long is given up when this descriptor becomes readable (-1: nothing is). After that every call
  // has a few seconds: what has been made must still be removed.
  void interrupt_by(int fd) { interrupt_fd_ = fd; }
  // Whether it was, or now is.
  bool is_interrupted();
  // As if it was: the engine has not answered when it mattered.
  void hurry() { interrupted_ = true; }

  // The status of an exchange of streams(), once its headers are there; interrupted as a call is.
  base::Result<int> wait_for_status(platform::HttpStreams::StreamId id, base::Duration within);

  // A request for streams(): no time limit.
  [[nodiscard]] platform::HttpRequest endless_request(const std::string& method, const std::string& path) const;
  [[nodiscard]] platform::HttpStreams& streams() { return *streams_; }

 private:
  base::Result<void> negotiate_version();
  base::Result<void> identify(base::Duration within);

  std::unique_ptr<platform::StdioTunnel> tunnel_;  // ssh only; outlives the connections through it
  std::unique_ptr<platform::HttpClient> http_;
  std::unique_ptr<platform::HttpStreams> streams_;
  EngineAddress address_;
  EngineIdentity engine_;
  int interrupt_fd_ = -1;
  bool interrupted_ = false;
};

// The engine's own words in an error answer: its JSON "message", or the start of a plain text; control bytes left out.
std::string engine_words(const platform::HttpResponse& response);
std::string engine_words(std::string_view body);

// `value` as it can stand in a query: everything unusual as %XX.
std::string url_encoded(const std::string& value);

// The lower of two API versions "1.N"; empty if `server` is none.
std::string common_api_version(std::string_view server, std::string_view ours);

}  // namespace gpubench::workload
