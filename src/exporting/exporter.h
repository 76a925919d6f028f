// The thread that exports a run while it lasts. Measuring never waits for it.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "exporting/session.h"

namespace gpubench::exporting {

// `clock` must outlive it.
class Exporter {
 public:
  Exporter(std::unique_ptr<Session> session, const platform::Clock& clock);
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  // Sends and reads back what is left, for at most `budget` or until `give_up` says so (asked ten times a second); a request
  // that is under way then is cut off within about a second. What is left stays in the journal. The journal's last note, the
  // results, must be written.
  record::ExportRecord finish(base::Duration budget, const std::function<bool()>& give_up);

 private:
  void run();
  [[nodiscard]] bool time_is_up();

  const std::unique_ptr<Session> session_;  // the thread's own
  const platform::Clock& clock_;
  std::mutex mutex_;  // guards the next three
  std::condition_variable changed_;
  std::optional<base::SteadyTime> deadline_;  // the run is over
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;
};

// Works on a session until all is done, `enough` says so, or there was no progress for `patience`.
void export_until_done(Session& session, const platform::Clock& clock, base::Duration patience,
                       const std::function<bool()>& enough);

}  // namespace gpubench::exporting
