#include "hosts/host_run.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

#include "base/signal_name.h"
#include "base/try.h"
#include "platform/files.h"
#include "platform/readable.h"

namespace gpubench::hosts {
namespace {

namespace fs = std::filesystem;
using remote::FarRun;
using remote::Reply;
using remote::Why;

constexpr base::Duration kFirstPause = std::chrono::seconds(1);
constexpr base::Duration kLongestPause = std::chrono::seconds(60);
constexpr int kSignalBase = 128;

std::string how_to_attach(const FarRun& far) {
  return "iris-gpubench attach " + far.host().name() + " " + far.name();
}

// Subfolders that are no links, as "latest" is one.
std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->is_directory(error) && !entry->is_symlink(error)) found.push_back(entry->path());
  std::sort(found.begin(), found.end());
  return found;
}

// A folder of the same name was fetched before: a run's name is its own.
base::Result<void> move_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (fs::exists(to, error)) return {};
  fs::rename(from, to, error);
  if (error)
    return base::failure("cannot write " + to.string() + ": " + error.message(), "choose another with --results-dir");
  return {};
}

Reply<void> refused(const base::Error& error) {
  return remote::trouble(error, Why::refused);
}

}  // namespace

HostEnd HostRun::run(const HostOrder& order) {
  const auto far = start(order);
  if (far) return see_to_its_end(*far);
  console_.complain(order.host.name(), far.error());
  HostEnd end{order.host.name()};
  if (const auto signal = mailbox_.take()) end.exit_code = kSignalBase + *signal;
  return end;
}

base::Result<FarRun> HostRun::start(const HostOrder& order) {
  const auto say = [&](const std::string& text) { console_.say(order.host.name(), text); };
  remote::FarOrder far{order.name, order.part, {}, order.words};
  GPUBENCH_ASSIGN_OR_RETURN(far.program, order.luggage != nullptr
                                             ? remote::bring_program(order.host, *order.luggage, mailbox_.fd(), say)
                                             : remote::check_program(order.host, order.program, mailbox_.fd()));
  auto started = FarRun::start(order.host, far, mailbox_.fd());
  if (started) {
    say("running on " + order.host.name() + " as " + order.name +
        "; from another terminal or after a restart: " + how_to_attach(*started));
    return *std::move(started);
  }
  base::Error error = started.error().error;
  if (started.error().why != Why::refused)
    error.remedy = "it may have begun: iris-gpubench attach " + order.host.name() + " " + order.name;
  return base::failure(error);
}

HostEnd HostRun::attach(const remote::Host& host, const std::string& name) {
  const auto far = FarRun::find(host, name, mailbox_.fd());
  if (far) return see_to_its_end(*far);
  console_.complain(host.name(), far.error());
  return {host.name()};
}

HostEnd HostRun::see_to_its_end(const FarRun& far) {
  HostEnd end{far.host().name()};
  const auto ended = follow(far);
  if (ended) end.exit_code = ended->code;
  const auto fetched = ended ? fetch(far, end) : Reply<void>(tl::unexpected(ended.error()));
  if (fetched && !end.exit_code)
    console_.complain(end.host,
                      {"the program there ended without saying how: it was killed, or that machine was restarted",
                       end.folder.empty() ? "it had measured nothing"
                                          : "what it had measured is here: iris-gpubench recover " + end.folder.string()});
  if (fetched) return end;
  if (fetched.error().why == Why::gone) {
    console_.say(end.host, fetched.error().error.message + "; another iris-gpubench has its results, or they were removed");
    return end;
  }
  console_.complain(end.host, {fetched.error().error.message, "its results are still there: " + how_to_attach(far)});
  const auto signal = mailbox_.take();
  end.exit_code = signal ? std::optional(kSignalBase + *signal) : std::nullopt;
  return end;
}

Reply<remote::FarEnd> HostRun::follow(const FarRun& far) {
  remote::Progress progress;
  Lines output([&](std::string_view line) { console_.output(far.host().name(), line); });
  Lines errors([&](std::string_view line) { console_.error(far.host().name(), with_own_paths(far, line)); });
  const remote::Listener listener{[&](std::string_view bytes) { output.add(bytes); },
                                  [&](std::string_view bytes) { errors.add(bytes); }, [&] { connected(far); }};
  for (;;) {
    Reply<remote::FarEnd> ended;
    if (const auto handed_on = hand_on_signals(far); !handed_on)
      ended = tl::unexpected(handed_on.error());
    else
      ended = far.follow(progress, listener, mailbox_.fd());
    if (ended || ended.error().why == Why::refused || ended.error().why == Why::gone) {
      output.flush();
      errors.flush();
      return ended;
    }
    if (ended.error().why == Why::unreachable) pause(far, ended.error().error);
  }
}

// A closed terminal is no reason to stop what runs elsewhere: an error then.
Reply<void> HostRun::hand_on_signals(const FarRun& far) {
  while (const auto signal = mailbox_.take()) {
    if (*signal == SIGHUP) {
      mailbox_.post(SIGHUP);  // for the exit code
      return refused({"the terminal was closed; the run goes on there", ""});
    }
    signals_.push_back(*signal);
    const bool is_for_benchmark = *signal == SIGUSR1 || *signal == SIGUSR2;
    console_.say(far.host().name(), base::signal_name(*signal) + " is handed on to " + far.host().name() +
                                        (is_for_benchmark ? ""
                                                          : "; a second one ends only this program here, and " +
                                                                how_to_attach(far) + " takes the run up again"));
  }
  while (!signals_.empty()) {
    const std::string name = base::signal_name(signals_.front()).substr(3);  // without SIG
    if (auto sent = far.signal(name, mailbox_.fd()); !sent && sent.error().why != Why::gone) return sent;
    signals_.pop_front();  // to follow a run that is gone says how it ended, if that is known
  }
  return {};
}

// The file that a message names is here by the time the program ends.
std::string HostRun::with_own_paths(const FarRun& far, std::string_view line) const {
  std::string text(line);
  const std::string there = far.results() + "/";
  const std::string nodes = "/nodes/";
  const std::string here = results_dir_.string() + "/";
  for (std::size_t at = text.find(there); at != std::string::npos; at = text.find(there, at + here.size())) {
    text.replace(at, there.size(), here);
    const std::size_t node = text.find(nodes, at);
    if (far.part() && node != std::string::npos) text.insert(node + nodes.size(), std::to_string(*far.part()) + "-");
  }
  return text;
}

// Says it once for each outage. True: a signal has come.
bool HostRun::pause(const FarRun& far, const base::Error& error) {
  if (pause_ == base::Duration{})
    console_.say(far.host().name(),
                 error.message + "; nothing there is lost, and this program tries again until it answers");
  pause_ = pause_ == base::Duration{} ? kFirstPause : std::min(2 * pause_, kLongestPause);
  return platform::becomes_readable(mailbox_.fd(), pause_);
}

void HostRun::connected(const FarRun& far) {
  if (pause_ != base::Duration{}) console_.say(far.host().name(), "connected again");
  pause_ = {};
}

// Tries again where the connection was lost. A signal ends it.
template <class Work>
auto HostRun::insist(const FarRun& far, Work work) -> decltype(work()) {
  for (;;) {
    auto done = work();
    if (done) connected(far);
    if (done || done.error().why != Why::unreachable) return done;
    if (pause(far, done.error().error)) return done;
  }
}

Reply<void> HostRun::fetch(const FarRun& far, HostEnd& end) {
  std::error_code error;
  const fs::path place = results_dir_ / (".fetch-" + far.name());
  fs::create_directories(place, error);
  if (error)
    return refused(
        {"cannot make the folder " + place.string() + ": " + error.message(), "choose another with --results-dir"});
  const platform::FolderLock lock(place);
  if (!lock.is_ours()) return remote::trouble({"a fetch of " + far.name() + " is under way", ""}, Why::gone);
  for (const char* name : {"archive.tar", "tree"}) fs::remove_all(place / name, error);  // of an earlier attempt
  auto fetched = fetch_once(far, place);
  if (!fetched && fetched.error().why == Why::refused) {  // once more, from the beginning
    fs::remove_all(place / "archive.tar", error);
    fetched = fetch_once(far, place);
  }
  if (fetched)
    if (const auto kept = keep(far, place / "tree", end); !kept) fetched = refused(kept.error());
  fs::remove_all(place, error);
  if (!fetched) return fetched;
  if (const auto forgotten = insist(far, [&] { return far.forget(mailbox_.fd()); }); !forgotten)
    console_.complain(far.host().name(), forgotten.error().error);  // the results are here
  return {};
}

Reply<void> HostRun::fetch_once(const FarRun& far, const fs::path& place) {
  const fs::path archive = place / "archive.tar";
  if (auto fetched = insist(far, [&] { return far.fetch(archive, mailbox_.fd()); }); !fetched) return fetched;
  const auto sums = insist(far, [&] { return far.sums(mailbox_.fd()); });
  if (!sums) return tl::unexpected(sums.error());
  if (const auto whole = remote::unpack_verified(archive, place / "tree", *sums); !whole) return refused(whole.error());
  return {};
}

// A part goes to the parts of its job, with its host's number in front.
base::Result<void> HostRun::keep(const FarRun& far, const fs::path& tree, HostEnd& end) const {
  for (const fs::path& found : folders_in(tree)) {
    const fs::path own = results_dir_ / found.filename();
    if (!far.part()) {
      end.folder = own;
      GPUBENCH_TRY(move_folder(found, own));
      continue;
    }
    end.job = own;
    for (const fs::path& part : folders_in(found / "nodes")) {
      end.folder = own / "nodes" / (std::to_string(*far.part()) + "-" + part.filename().string());
      GPUBENCH_TRY(move_folder(part, end.folder));
    }
  }
  return {};
}

}  // namespace gpubench::hosts
