// Files of marks, cut anywhere: the tree's own times add up to the run, and phases lie within what is around them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "phases/mark_lines.h"
#include "phases/phase_tree.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  using namespace std::chrono_literals;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const base::SteadyTime start{1000s};
  phases::MarkCollector marks;
  phases::MarkLines lines(marks, {"boot-1", 4026531834, {start, base::WallTime(1'700'000'000s)}});
  lines.read(text.substr(0, size / 2), start);
  lines.read(text.substr(size / 2), start + 1s);
  lines.finish();
  const base::Window run{start, start + 10s};
  const phases::PhaseTree tree = phases::make_phase_tree(marks.finish(run.end), run);
  base::Duration sum{};
  for (const phases::PhaseNode& node : tree.nodes) {
    sum += node.self_time;
    require(node.self_time >= base::Duration::zero() && node.time >= node.self_time);
    if (&node != &tree.nodes.front()) require(node.time <= tree.nodes[node.parent].time);
  }
  require(sum == run.length());
  for (std::size_t i = 0; i + 1 < tree.cuts.size(); ++i) require(tree.cuts[i].time < tree.cuts[i + 1].time);
  return 0;
}
