// The variants of a set: what of the command line each of them changes.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "cli/invocation.h"
#include "cli/set_options.h"
#include "workload/benchmark_name.h"

namespace gpubench::cli {
namespace {

using workload::BenchmarkSpec;

constexpr std::size_t kMostVariants = 64;

// Returns how often.
std::size_t replace_all(std::string& text, const std::string& old, const std::string& with) {
  std::size_t count = 0;
  for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + with.size()), ++count)
    text.replace(at, old.size(), with);
  return count;
}

std::size_t apply(BenchmarkSpec& benchmark, const sets::Parameter& parameter) {
  const std::string place = "{" + parameter.name + "}";
  std::size_t count = 0;
  for (std::optional<std::string>* text : {&benchmark.image, &benchmark.command_line})
    if (*text) count += replace_all(**text, place, parameter.value);
  for (std::vector<std::string>* texts : {&benchmark.arguments, &benchmark.environment})
    for (std::string& text : *texts) count += replace_all(text, place, parameter.value);
  return count;
}

base::Result<void> apply(RunSpec& spec, const sets::Parameter& parameter) {
  std::size_t count = 0;
  for (BenchmarkSpec& benchmark : spec.workload.benchmarks) count += apply(benchmark, parameter);
  if (count > 0) return {};
  return base::failure("--parameter " + parameter.name + ": there is no {" + parameter.name + "} in what is run",
                       "write {" + parameter.name + "} in the command, its arguments, the image or --env");
}

// Without the environment: it may hold secrets.
std::string command_text(const RunSpec& spec) {
  std::string text;
  for (const BenchmarkSpec& benchmark : spec.workload.benchmarks) {
    std::string one = benchmark.image.value_or(benchmark.command_line.value_or(""));
    for (const std::string& argument : benchmark.arguments) one += (one.empty() ? "" : " ") + shell_quoted(argument);
    base::add_item(text, one, ", ");
  }
  return text;
}

VariantSpec variant(std::string name, RunSpec spec, std::vector<sets::Parameter> parameters = {}) {
  sets::Variant one{std::move(name), workload::benchmark_name(spec.workload), command_text(spec), std::move(parameters)};
  return {std::move(one), std::move(spec)};
}

using Combination = std::vector<sets::Parameter>;

base::Result<std::vector<Combination>> combinations_of(const std::vector<Sweep>& sweeps) {
  std::vector<Combination> all{{}};
  for (const Sweep& sweep : sweeps) {
    std::vector<Combination> next;
    for (const Combination& known : all)
      for (const std::string& value : sweep.values) {
        next.push_back(known);
        next.back().push_back({sweep.name, value});
      }
    all = std::move(next);
    if (all.size() > kMostVariants)
      return base::failure("--parameter: more than 64 combinations of values", "use fewer values");
  }
  return all;
}

base::Result<void> check_names(const std::vector<Sweep>& sweeps) {
  for (std::size_t i = 0; i < sweeps.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (sweeps[i].name == sweeps[j].name)
        return base::failure("--parameter " + sweeps[i].name + " was given twice", "give all its values at once");
  return {};
}

base::Result<std::vector<VariantSpec>> of_a_sweep(const std::vector<Sweep>& sweeps, const RunSpec& spec) {
  GPUBENCH_TRY(check_names(sweeps));
  const auto combinations = combinations_of(sweeps);
  if (!combinations) return base::failure(combinations.error());
  std::vector<VariantSpec> variants;
  for (const Combination& combination : *combinations) {
    RunSpec one = spec;
    std::string name;
    for (const sets::Parameter& parameter : combination) {
      GPUBENCH_TRY(apply(one, parameter));
      base::add_item(name, parameter.name + "=" + parameter.value, " ");
    }
    variants.push_back(variant(std::move(name), std::move(one), combination));
  }
  return variants;
}

base::Result<RunSpec> other_side(const SetLine& line, RunSpec spec) {
  std::vector<BenchmarkSpec>& benchmarks = spec.workload.benchmarks;
  if (benchmarks.size() != 1)
    return base::failure("--against and --against-image compare one benchmark with another, not several containers");
  BenchmarkSpec& benchmark = benchmarks.front();
  if (line.against_image && !benchmark.image)
    return base::failure("--against-image is for containers", "use --against 'COMMAND' to compare commands");
  if (line.against && benchmark.image)
    return base::failure("--against is for commands", "use --against-image NAME to compare containers");
  if (line.against_image) {
    benchmark.image = line.against_image;
  } else {
    benchmark.command_line = line.against;
    benchmark.arguments.clear();
  }
  return spec;
}

}  // namespace

base::Result<std::vector<VariantSpec>> variants_of(const SetLine& line, const RunSpec& spec) {
  if (!line.sweeps.empty()) return of_a_sweep(line.sweeps, spec);
  std::vector<VariantSpec> variants{variant("base", spec)};
  if (!line.against && !line.against_image) return variants;
  auto other = other_side(line, spec);
  if (!other) return base::failure(other.error());
  variants.push_back(variant("against", *std::move(other)));
  return variants;
}

}  // namespace gpubench::cli
