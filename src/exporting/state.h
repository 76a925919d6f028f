// The progress of a run's export, kept in its folder so that another process can continue.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "exporting/delivery.h"
#include "exporting/sample.h"
#include "record/run_record.h"

namespace gpubench::exporting {

// Counts are of samples. Those before a position are dealt with; the journal has the rest.
struct State {
  std::string destination;  // the address written to
  std::string names;
  Place delivered;  // all before it are accepted or in quarantine
  Place verified;   // all before it are accounted for in the read-back
  std::uint64_t accepted = 0;
  std::uint64_t found = 0;      // read back with their values
  std::uint64_t resent = 0;     // found missing and sent again
  std::uint64_t doubled = 0;    // stored more often than once
  std::uint64_t differing = 0;  // stored with another value
  bool ended = false;           // the end of the series was reported to the server
};

// The folder "export" of a run's folder, locked while this lives: two exporters must not serve one run.
class StateFolder {
 public:
  static base::Result<std::unique_ptr<StateFolder>> open(const std::filesystem::path& run_directory);
  ~StateFolder();
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;

  // What was kept for this destination and these names; empty for any other.
  [[nodiscard]] State load(const std::string& destination, const std::string& names);
  // There as a whole or as it was.
  [[nodiscard]] base::Result<void> save(const State& state) const;
  // Its outcome, for last_export().
  [[nodiscard]] base::Result<void> save_outcome(const record::ExportRecord& outcome) const;

  // Refused samples of this destination, listed in quarantine.jsonl with the server's words.
  [[nodiscard]] const std::set<Place>& quarantined() const { return quarantined_; }
  base::Result<void> quarantine(const std::string& destination, const std::vector<RefusedSample>& refused);

 private:
  explicit StateFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  void load_quarantine(const std::string& destination);

  std::filesystem::path path_;
  int lock_;
  std::set<Place> quarantined_;
};

// The outcome of a run's last export; empty: there was none.
std::optional<record::ExportRecord> last_export(const std::filesystem::path& run_directory);

}  // namespace gpubench::exporting
