// A run of this program on another machine, which goes on there whatever happens to the connection.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "remote/follow.h"
#include "remote/host.h"

namespace gpubench::remote {

struct FarOrder {
  std::string name;                // of the run there: small letters, digits and hyphens
  std::optional<int> part;         // its number among several hosts
  std::string program;             // as bring_program() has it
  std::vector<std::string> words;  // of its command line
};

class FarRun {
 public:
  // Starts it in the home folder there, detached.
  static Reply<FarRun> start(const Host& host, const FarOrder& order, int interrupt_fd);
  // One that was started. An error of the first kind: there is none of this name.
  static base::Result<FarRun> find(const Host& host, const std::string& name, int interrupt_fd);

  [[nodiscard]] const Host& host() const { return host_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::optional<int>& part() const { return part_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }  // there
  [[nodiscard]] std::string results() const { return folder_ + "/results"; }

  // Hands on what it prints from `progress` on, until its end.
  Reply<FarEnd> follow(Progress& progress, const Listener& listener, int interrupt_fd) const;
  // "INT". No error: it has ended.
  [[nodiscard]] Reply<void> signal(const std::string& name, int interrupt_fd) const;
  // Fetches its results folder: `archive` is gone on with if it has been begun.
  [[nodiscard]] Reply<void> fetch(const std::filesystem::path& archive, int interrupt_fd) const;
  // SHA-256 of each file of the results, as sha256sum prints them.
  [[nodiscard]] Reply<std::string> sums(int interrupt_fd) const;
  // Removes all of it there.
  [[nodiscard]] Reply<void> forget(int interrupt_fd) const;

 private:
  explicit FarRun(Host host) : host_(std::move(host)) {}
  [[nodiscard]] Reply<Answer> call(Call call, int interrupt_fd) const;

  Host host_;
  std::string name_;
  std::optional<int> part_;
  std::string folder_;
};

// Unpacks what was fetched into a new folder and compares it with the sums. An error: something differs.
base::Result<void> unpack_verified(const std::filesystem::path& archive, const std::filesystem::path& folder,
                                   const std::string& sums);

}  // namespace gpubench::remote
