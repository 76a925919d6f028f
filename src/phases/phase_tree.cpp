#include "phases/phase_tree.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

namespace gpubench::phases {
namespace {

constexpr std::size_t kMostNodes = 4000;
constexpr std::size_t kMostOthers = 1000;
// A lane that begins earlier is the main one unless another covers more than this much more.
constexpr double kClearlyMore = 1.05;

using Spans = std::span<const Span>;

// They come in the order of their ends. Of two with the same times the one that ended last is around the other.
void sort_by_lane_and_time(std::vector<Span>& spans) {
  std::reverse(spans.begin(), spans.end());
  std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    if (a.lane != b.lane) return a.lane < b.lane;
    return a.start != b.start ? a.start < b.start : a.end > b.end;
  });
}

// The spans of each lane; sorted.
std::vector<Spans> lanes_of(const std::vector<Span>& spans, std::size_t lanes) {
  std::vector<Spans> parts(lanes);
  for (std::size_t first = 0; first < spans.size();) {
    std::size_t last = first;
    while (last < spans.size() && spans[last].lane == spans[first].lane) ++last;
    parts[spans[first].lane] = Spans(spans).subspan(first, last - first);
    first = last;
  }
  return parts;
}

base::Duration covered(Spans spans, base::Window run) {
  base::Duration sum{};
  base::SteadyTime until = run.start;
  for (const Span& span : spans) {
    const base::SteadyTime end = std::min(span.end, run.end);
    const base::SteadyTime start = std::max(span.start, until);
    if (start < end) sum += end - start;
    until = std::max(until, end);
  }
  return sum;
}

std::uint32_t find_main_lane(const std::vector<Spans>& parts, const std::vector<Lane>& lanes, base::Window run) {
  std::size_t main = 0;
  base::Duration most{-1};
  for (std::size_t lane = 0; lane < parts.size(); ++lane) {
    if (parts[lane].empty()) continue;
    const base::Duration time = covered(parts[lane], run);
    const bool better_origin = lanes[lane].origin < lanes[main].origin && time > base::Duration::zero();
    const bool worse_origin = lanes[lane].origin > lanes[main].origin && most > base::Duration::zero();
    const bool more = base::to_seconds(time) > base::to_seconds(most) * kClearlyMore;
    if (most < base::Duration::zero() || better_origin || (more && !worse_origin)) {
      main = lane;
      most = time;
    }
  }
  return static_cast<std::uint32_t>(main);
}

// Makes cuts of spans that come by their starts.
class TreeBuilder {
 public:
  TreeBuilder(PhaseTree& tree, base::Window run) : tree_(tree), run_(run) {
    tree_.nodes.emplace_back();
    tree_.nodes.front().count = 1;
    tree_.cuts.push_back({run.start, 0});
  }

  void add(const Span& span) {
    if (span.end < run_.start || span.start >= run_.end) return;
    const base::SteadyTime start = std::max(span.start, run_.start);
    while (!open_.empty() && open_.back().end <= start) pop();
    const base::SteadyTime around = open_.empty() ? run_.end : open_.back().end;
    const std::uint32_t node = child(node_now(), span.name);
    const std::uint32_t cut = cut_at(start, node);
    open_.push_back({node, cut, std::min(std::max(span.end, start), around)});
  }

  void finish() {
    while (!open_.empty()) pop();
    cut_at(run_.end, 0);
  }

 private:
  struct Open {
    std::uint32_t node;
    std::uint32_t start;  // number of the cut
    base::SteadyTime end;
  };

  [[nodiscard]] std::uint32_t node_now() const { return open_.empty() ? 0 : open_.back().node; }

  std::uint32_t child(std::uint32_t parent, std::uint32_t name) {
    const auto key = std::pair(parent, name);
    if (const auto found = children_.find(key); found != children_.end()) return found->second;
    if (tree_.nodes.size() >= kMostNodes) return parent;
    PhaseNode node;
    node.name = name;
    node.parent = parent;
    node.depth = tree_.nodes[parent].depth + 1;
    tree_.nodes.push_back(node);
    const auto number = static_cast<std::uint32_t>(tree_.nodes.size() - 1);
    children_.emplace(key, number);
    return number;
  }

  std::uint32_t cut_at(base::SteadyTime time, std::uint32_t node) {
    if (tree_.cuts.back().time < time)
      tree_.cuts.push_back({time, node});
    else
      tree_.cuts.back().node = node;
    return static_cast<std::uint32_t>(tree_.cuts.size() - 1);
  }

  void pop() {
    const Open phase = open_.back();
    open_.pop_back();
    const std::uint32_t end = cut_at(phase.end, node_now());
    tree_.occurrences.push_back({phase.node, phase.start, end});
    if (phase.node == 0) return;
    ++tree_.nodes[phase.node].count;
    const bool within_its_own_kind = phase.node == node_now();  // of a tree that has no more room
    if (!within_its_own_kind) tree_.nodes[phase.node].time += tree_.cuts[end].time - tree_.cuts[phase.start].time;
  }

  PhaseTree& tree_;
  const base::Window run_;
  std::vector<Open> open_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> children_;
};

void add_self_times(PhaseTree& tree) {
  for (std::size_t i = 0; i + 1 < tree.cuts.size(); ++i)
    tree.nodes[tree.cuts[i].node].self_time += tree.cuts[i + 1].time - tree.cuts[i].time;
}

void add_work(PhaseNode& node, const WorkMark& mark) {
  for (NodeWork& work : node.works) {
    if (work.unit != mark.unit) continue;
    work.amount += mark.amount;
    return;
  }
  constexpr std::size_t kMostUnits = 20;
  if (node.works.size() < kMostUnits) node.works.push_back({mark.unit, mark.amount});
}

// Work of every lane belongs to the main lane's phase of its moment: the energy is that of all lanes together.
void add_works(PhaseTree& tree, std::vector<WorkMark> works) {
  std::sort(works.begin(), works.end(), [](const WorkMark& a, const WorkMark& b) { return a.time < b.time; });
  std::size_t cut = 0;
  for (const WorkMark& mark : works) {
    while (cut + 1 < tree.cuts.size() && tree.cuts[cut + 1].time <= mark.time) ++cut;
    for (std::uint32_t node = tree.cuts[cut].node;; node = tree.nodes[node].parent) {
      add_work(tree.nodes[node], mark);
      if (node == 0) break;
    }
  }
}

void add_others(PhaseTree& tree, const std::vector<Spans>& parts, base::Window run) {
  for (std::uint32_t lane = 0; lane < parts.size(); ++lane) {
    if (lane == tree.main_lane) continue;
    std::map<std::uint32_t, OtherPhase> by_name;
    for (const Span& span : parts[lane]) {
      const base::SteadyTime start = std::max(span.start, run.start);
      const base::SteadyTime end = std::min(span.end, run.end);
      if (start > end) continue;
      OtherPhase& phase = by_name[span.name];
      phase.lane = lane;
      phase.name = span.name;
      ++phase.count;
      phase.time += end - start;
    }
    for (const auto& [name, phase] : by_name) {
      if (tree.others.size() < kMostOthers)
        tree.others.push_back(phase);
      else
        ++tree.more_others;
    }
  }
}

}  // namespace

PhaseTree make_phase_tree(Marks marks, base::Window run) {
  PhaseTree tree;
  sort_by_lane_and_time(marks.spans);
  const std::vector<Spans> parts = lanes_of(marks.spans, marks.lanes.size());
  tree.main_lane = find_main_lane(parts, marks.lanes, run);
  TreeBuilder builder(tree, run);
  if (tree.main_lane < parts.size())
    for (const Span& span : parts[tree.main_lane]) builder.add(span);
  builder.finish();
  add_self_times(tree);
  tree.nodes.front().time = run.length();
  add_works(tree, std::move(marks.works));
  add_others(tree, parts, run);
  tree.names = std::move(marks.names);
  tree.lanes = std::move(marks.lanes);
  return tree;
}

}  // namespace gpubench::phases
