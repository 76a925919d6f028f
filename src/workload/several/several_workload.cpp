#include "workload/several/several_workload.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "workload/several/part_thread.h"

namespace gpubench::workload {
namespace {

void add_sentence(std::string& text, const std::string& name, const std::string& sentence) {
  if (!sentence.empty()) base::add_item(text, name + ": " + sentence);
}

// The values of all, each once.
template <class Items, class Value>
std::string distinct(const Items& items, Value value, const char* separator) {
  std::vector<std::string> seen;
  std::string text;
  for (const auto& item : items) {
    const std::string& own = value(item);
    if (own.empty() || std::find(seen.begin(), seen.end(), own) != seen.end()) continue;
    seen.push_back(own);
    text += (text.empty() ? "" : separator) + own;
  }
  return text;
}

WorkloadDescription joined(std::vector<WorkloadDescription> parts) {
  WorkloadDescription all;
  all.kind = parts.front().kind;
  for (const WorkloadDescription& part : parts) {
    base::add_item(all.name, part.name, " + ");
    add_sentence(all.gpu_trouble, part.name, part.gpu_trouble);
    for (const std::string& note : part.notes)
      if (std::find(all.notes.begin(), all.notes.end(), note) == all.notes.end()) all.notes.push_back(note);
  }
  const auto engine = [](const WorkloadDescription& part) -> const std::string& { return part.engine; };
  const auto access = [](const WorkloadDescription& part) -> const std::string& { return part.gpu_access; };
  all.engine = distinct(parts, engine, ", ");
  all.gpu_access = distinct(parts, access, ", ");
  all.parts = std::move(parts);
  return all;
}

// 0 only if all of them are; else the first that is neither 0 nor unknown.
std::optional<int> joined_exit_code(const std::vector<WorkloadOutcome>& parts) {
  std::optional<int> code = 0;
  for (const WorkloadOutcome& part : parts) {
    if (part.exit_code && *part.exit_code != 0) return part.exit_code;
    if (!part.exit_code) code.reset();
  }
  return code;
}

class SeveralWorkload final : public Workload {
 public:
  SeveralWorkload(std::vector<Part> parts, Order order) : parts_(std::move(parts)), order_(order) {
    for (const Part& part : parts_) threads_.push_back(std::make_unique<PartThread>(*part.workload, news_));
  }
  ~SeveralWorkload() override {
    SeveralWorkload::kill();
    threads_.clear();  // waits for each
  }
  SeveralWorkload(const SeveralWorkload&) = delete;
  SeveralWorkload& operator=(const SeveralWorkload&) = delete;

  base::Result<void> prepare() override;
  [[nodiscard]] const WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override;
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) override;
  void hand_on(int signal) override;
  void stop() override;
  void kill() override;
  base::Result<bool> collect_results(const std::filesystem::path& directory) override;
  base::Result<void> cleanup() override;

 private:
  base::Result<bool> advance();
  [[nodiscard]] WorkloadOutcome outcome() const;
  void describe();

  std::vector<Part> parts_;
  Order order_;
  WakeUp news_;                                       // a thread has some; before the threads
  std::vector<std::unique_ptr<PartThread>> threads_;  // one per part
  WorkloadDescription description_;
  std::optional<base::Error> first_trouble_;  // in turn: of one whose end could not be observed
  bool ending_ = false;                       // a stop was asked for: nothing more is started
};

base::Result<void> SeveralWorkload::prepare() {
  for (const Part& part : parts_)
    if (auto prepared = part.workload->prepare(); !prepared) return prepared;
  describe();
  return {};
}

void SeveralWorkload::describe() {
  std::vector<WorkloadDescription> descriptions;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto description = threads_[i]->description();
    descriptions.push_back(description ? *description : parts_[i].workload->description());
    descriptions.back().gpus = parts_[i].gpus;
  }
  description_ = joined(std::move(descriptions));
}

base::Result<void> SeveralWorkload::start() {
  const std::size_t first = order_ == Order::in_turn ? 1 : parts_.size();
  for (std::size_t i = 0; i < first; ++i) threads_[i]->launch();
  std::optional<base::Error> failed;
  for (std::size_t i = 0; i < first; ++i)
    if (const auto started = threads_[i]->wait_for_start(); !started && !failed) failed = started.error();
  if (failed) {
    kill();
    return base::failure(*failed);
  }
  describe();
  return {};
}

base::Result<std::optional<WorkloadOutcome>> SeveralWorkload::poll(base::Duration timeout, int wake_fd) {
  auto ended = advance();
  if (ended && !*ended) {
    std::array<pollfd, 2> entries{{{news_.fd(), POLLIN, 0}, {wake_fd, POLLIN, 0}}};
    const auto limit = std::chrono::ceil<std::chrono::milliseconds>(std::max(timeout, base::Duration::zero()));
    ::poll(entries.data(), entries.size(), static_cast<int>(limit.count()));
    news_.clear();
    ended = advance();
  }
  if (!ended) return base::failure(ended.error());
  if (!*ended) return std::optional<WorkloadOutcome>();
  describe();
  WorkloadOutcome all = outcome();
  if (first_trouble_ && all.ran == base::Window{}) return base::failure(*first_trouble_);  // nothing was measured
  return std::optional(std::move(all));
}

// Starts what is next; true when none runs any more.
base::Result<bool> SeveralWorkload::advance() {
  for (const auto& thread : threads_) {
    if (const auto trouble = thread->trouble()) {
      if (order_ == Order::side_by_side) return base::failure(*trouble);
      if (!first_trouble_) first_trouble_ = trouble;
      thread->end_in_trouble();
    }
    if (thread->ended()) continue;
    if (thread->launched()) return false;
    if (ending_) continue;
    thread->launch();
    return false;
  }
  return true;
}

void SeveralWorkload::hand_on(int signal) {
  for (const auto& thread : threads_) thread->hand_on(signal);
}

void SeveralWorkload::stop() {
  ending_ = true;
  for (const auto& thread : threads_) thread->ask(PartThread::Wish::stop);
}

void SeveralWorkload::kill() {
  ending_ = true;
  for (const auto& thread : threads_) thread->ask(PartThread::Wish::kill);
}

WorkloadOutcome SeveralWorkload::outcome() const {
  WorkloadOutcome all;
  for (const auto& thread : threads_) all.parts.push_back(thread->outcome());
  bool any = false;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const WorkloadOutcome& part = all.parts[i];
    const std::string& name = description_.parts[i].name;
    if (part.ran != base::Window{}) {  // it did run
      all.ran.start = any ? std::min(all.ran.start, part.ran.start) : part.ran.start;
      all.ran.end = any ? std::max(all.ran.end, part.ran.end) : part.ran.end;
      any = true;
    }
    all.out_of_memory = all.out_of_memory || part.out_of_memory;
    all.stopped_by_us = all.stopped_by_us || part.stopped_by_us;
    if (part.exit_code && *part.exit_code != 0) add_sentence(all.note, name, "exit code " + std::to_string(*part.exit_code));
    add_sentence(all.note, name, part.note);
    add_sentence(all.log_trouble, name, part.log_trouble);
  }
  all.exit_code = joined_exit_code(all.parts);
  return all;
}

base::Result<bool> SeveralWorkload::collect_results(const std::filesystem::path& directory) {
  bool any = false;
  std::string trouble;
  for (const Part& part : parts_) {
    const auto collected = part.workload->collect_results(directory / part.results_folder);
    if (collected) any = any || *collected;
    if (!collected) add_sentence(trouble, part.workload->description().name, collected.error().message);
  }
  if (!trouble.empty()) return base::failure(trouble);
  return any;
}

base::Result<void> SeveralWorkload::cleanup() {
  kill();
  for (const auto& thread : threads_) thread->join();
  base::Error troubles;
  for (const Part& part : parts_) {
    const auto one = part.workload->cleanup();
    if (one) continue;
    base::add_item(troubles.message, one.error().message, "; ");
    base::add_item(troubles.remedy, one.error().remedy, "; ");
  }
  if (!troubles.message.empty()) return base::failure(troubles);
  return {};
}

}  // namespace

std::unique_ptr<Workload> make_several_workload(std::vector<Part> parts, Order order) {
  return std::make_unique<SeveralWorkload>(std::move(parts), order);
}

}  // namespace gpubench::workload
