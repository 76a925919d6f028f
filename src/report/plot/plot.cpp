#include "report/plot/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "platform/child_process.h"
#include "platform/files.h"
#include "report/plot/gnuplot_script.h"
#include "report/plot/panels.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr const char* kRemedy =
    "install the package gnuplot-nox (sudo apt install gnuplot-nox), or leave the plot out with --no-plot";

// How a whole file of the format begins and ends.
bool is_whole(std::string_view bytes, PlotFormat format) {
  switch (format) {
    case PlotFormat::svg:
      return bytes.starts_with("<?xml") &&
             one_line(bytes.substr(bytes.size() - std::min<std::size_t>(bytes.size(), 20))).find("</svg>") !=
                 std::string::npos;
    case PlotFormat::pdf:
      return bytes.starts_with("%PDF") &&
             bytes.substr(bytes.size() - std::min<std::size_t>(bytes.size(), 16)).find("%%EOF") != std::string_view::npos;
    default:
      return bytes.starts_with("\x89PNG\r\n\x1a\n") && bytes.ends_with("IEND\xAE\x42\x60\x82");
  }
}

base::Result<std::string> draw(std::string script, PlotFormat format, int interrupt_fd) {
  platform::ChildRequest request;
  request.argv = {"gnuplot", "-d", "-"};  // -d: no start-up files, which could change anything
  request.input = std::move(script);
  request.interrupt_fd = interrupt_fd;
  const auto outcome = platform::run_child(request);
  if (!outcome)
    return base::failure("could not draw the plot: " + outcome.error().error.message,
                         outcome.error().not_found ? kRemedy : "");
  if (outcome->exit_code != 0 || !is_whole(outcome->output, format))
    return base::failure(
        fmt::format("could not draw the plot: gnuplot ended with {}: {}", outcome->exit_code, one_line(outcome->error, 300)),
        outcome->error.find("unknown or ambiguous terminal") != std::string::npos ? kRemedy : "");
  return outcome->output;
}

}  // namespace

base::Result<void> write_picture(const std::filesystem::path& path, std::string script, PlotFormat format,
                                 int interrupt_fd) {
  const auto picture = draw(std::move(script), format, interrupt_fd);
  if (!picture) return base::failure(picture.error());
  return platform::write_file_atomically(path, *picture);
}

base::Result<void> write_plot(const std::filesystem::path& path, const PlotInput& input, PlotFormat format,
                              int interrupt_fd) {
  return write_picture(path, gnuplot_script(input, make_panels(input), format), format, interrupt_fd);
}

}  // namespace gpubench::report
