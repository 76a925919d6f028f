#include <fmt/format.h>

#include "base/xml.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {
namespace {

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
};

std::string case_xml(const std::string& name, const std::string& of, const std::string& inside) {
  return fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"0\">{}</testcase>\n", base::xml_text(name),
                     base::xml_text(of), inside);
}

// FAIL is a failure, UNDECIDED is skipped, what cannot be compared is an error.
std::string gate_xml(const Comparison& comparison, const GateResult& gate, Counts& counts) {
  const std::string message = base::xml_text(gate_text(comparison, gate), 600);
  ++counts.tests;
  switch (gate.verdict) {
    case Verdict::pass:
      return "<system-out>" + message + "</system-out>";
    case Verdict::undecided:
      ++counts.skipped;
      return R"(<skipped message=")" + message + R"("/>)";
    case Verdict::fail:
      ++counts.failures;
      return R"(<failure message=")" + message + R"(" type="gate"/>)";
    case Verdict::not_comparable:
      ++counts.errors;
      return R"(<error message=")" + message + R"(" type="not_comparable"/>)";
  }
  return {};
}

std::string row_xml(const Row& row, Counts& counts) {
  ++counts.tests;
  if (row.change)
    return "<system-out>" + base::xml_text(change_text(row) + " (" + interval_text(row) + ")") + "</system-out>";
  ++counts.errors;
  return R"(<error message=")" + base::xml_text(row.not_comparable) + R"(" type="not_comparable"/>)";
}

std::string suite_xml(const Comparison& comparison) {
  Counts counts;
  const std::string name = comparison.benchmark + ": " + comparison.base.name + " and " + comparison.changed.name;
  std::string cases;
  for (const GateResult& gate : comparison.gates)
    cases += case_xml(gate.gate.text, comparison.benchmark, gate_xml(comparison, gate, counts));
  if (comparison.gates.empty())
    for (const Row& row : comparison.rows)
      cases += case_xml(std::string(facts_of(row.metric).name), comparison.benchmark, row_xml(row, counts));
  if (cases.empty()) {
    ++counts.tests;
    ++counts.errors;
    cases = case_xml("comparison", comparison.benchmark,
                     R"(<error message=")" + base::xml_text(comparison.not_comparable) + R"(" type="not_comparable"/>)");
  }
  return fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\">\n{}  </testsuite>\n",
      base::xml_text(name), counts.tests, counts.failures, counts.errors, counts.skipped, cases);
}

}  // namespace

std::string as_junit(const Report& report) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"iris-gpubench compare\">\n";
  for (const Comparison& comparison : report.comparisons) text += suite_xml(comparison);
  return text + "</testsuites>\n";
}

}  // namespace gpubench::compare
