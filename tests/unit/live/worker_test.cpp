#include "live/worker.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace gpubench::live {
namespace {

using namespace std::chrono_literals;
using IntWorker = Worker<int>;

TEST(Worker, HandlesAllInOrderBeforeItEnds) {
  std::vector<int> seen;
  IntWorker worker("test", 1000, [&](int& item) { seen.push_back(item); });
  for (int i = 0; i < 500; ++i) worker.post(i);
  worker.finish();
  ASSERT_EQ(seen.size(), 500U);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(Worker, AFullQueueNeverBlocksAndCounts) {
  std::promise<void> gate;
  std::shared_future<void> open = gate.get_future().share();
  std::promise<void> began;
  std::vector<int> seen;
  IntWorker worker("test", 2, [&](int& item) {
    if (item == 0) began.set_value();
    open.wait();
    seen.push_back(item);
  });
  worker.post(0);
  began.get_future().wait();  // 0 is being handled, the queue is empty
  for (int i = 1; i <= 5; ++i) worker.post(i);
  EXPECT_EQ(worker.dropped(), 3U);
  EXPECT_FALSE(worker.drain(1ms));
  gate.set_value();
  worker.finish();
  EXPECT_EQ(seen, (std::vector<int>{0, 4, 5}));
}

}  // namespace
}  // namespace gpubench::live
