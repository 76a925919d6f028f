#include "exporting/session.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace gpubench::exporting {
namespace {

// That VictoriaMetrics takes at most to write down what it has accepted. With a shorter --export-settle it is read back
// earlier, but what is not found then is not missing yet.
constexpr base::Duration kSettledForSure = std::chrono::seconds(10);

}  // namespace

Session::Session(SessionParts parts, const platform::Clock& clock, const SessionLimits& limits)
    : clock_(clock),
      to_send_(std::move(parts.to_send)),
      to_read_back_(std::move(parts.to_read_back)),
      is_refused_([this](Place place) { return ledger_.is_refused(place); }),
      batch_(limits.batch),
      receiver_(std::move(parts.receiver)),
      ledger_(std::move(parts.folder), std::move(parts.state), clock),
      ahead_(*to_send_, receiver_, limits.batch),
      delivery_(receiver_, clock, limits.delivery),
      settling_(limits.settle),
      read_back_(*to_read_back_, receiver_, ledger_, clock,
                 std::max(kSettledForSure - limits.settle, base::Duration::zero())),
      end_(*to_send_, std::move(parts.end_receiver), ledger_, clock) {
  settling_.accepted(clock.now(), ledger_.state().delivered);
}

bool Session::step(base::SteadyTime deadline) {
  settling_.advance(clock_.now());
  if (delivery_.busy()) {
    if (clock_.now() < delivery_.next_try()) return false;
    deliver(deadline);
    return true;
  }
  return begin_batch() || end_.tell(deadline) || read_back(deadline);
}

std::optional<base::SteadyTime> Session::next_time() const {
  if (delivery_.busy()) return delivery_.next_try();
  const auto next_check = read_back_.next_time(settling_.settled());
  return next_check ? next_check : settling_.next();
}

void Session::hurry() {
  delivery_.hurry();
  read_back_.hurry();
}

void Session::give_up_when(const std::function<bool()>& so) {
  receiver_.give_up_when(so);
  end_.receiver().give_up_when(so);
}

void Session::add_after(const std::string& results_note) {
  to_send_->add_after(results_note);
  to_read_back_->add_after(results_note);
}

void Session::deliver(base::SteadyTime deadline) {
  delivery_.advance(deadline, [this] { ahead_.prepare_if_behind(ledger_.state().delivered, is_refused_); });
  if (!delivery_.busy()) commit();
}

bool Session::begin_batch() {
  ahead_.prepare(ledger_.state().delivered, is_refused_);
  auto next = ahead_.take();
  if (!next) return false;
  under_way_ = {next->batch.samples.size(), next->end, false};
  delivery_.begin(std::move(next->batch), to_send_->series(), to_send_->run_id());
  if (!delivery_.busy()) commit();  // an earlier session has dealt with all of it
  return true;
}

bool Session::read_back(base::SteadyTime deadline) {
  const ReadBack::Step step = read_back_.step(settling_.settled(), deadline);
  if (step == ReadBack::Step::repair) begin_repair();
  return step != ReadBack::Step::nothing;
}

void Session::begin_repair() {
  const std::vector<Sample>& missing = read_back_.missing();
  under_way_ = {missing.size(), {}, true};
  delivery_.begin(make_batch(missing, to_read_back_->series(), receiver_), to_read_back_->series(), to_read_back_->run_id());
}

void Session::commit() {
  if (under_way_.repair) {
    ledger_.sent_again(under_way_.samples, delivery_.refused());
    read_back_.repaired(clock_.now() + settling_.time());
    return;
  }
  ledger_.sent(under_way_.end, under_way_.samples, delivery_.refused());
  settling_.accepted(clock_.now(), under_way_.end);
}

record::ExportRecord Session::conclude() {
  std::vector<Sample> rest;
  do {
    rest.clear();
  } while (to_send_->read(rest, batch_, kEverything) && !rest.empty());
  return ledger_.conclude(to_send_->count(), {delivery_.trouble(), read_back_.trouble(), ahead_.trouble()});
}

}  // namespace gpubench::exporting
