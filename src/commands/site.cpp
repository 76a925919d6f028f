#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "base/json.h"
#include "base/text.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/table.h"
#include "platform/files.h"
#include "report/site/site_page.h"
#include "runs/run_list.h"

namespace gpubench::commands {
namespace {

struct Site {
  cli::FolderOfRuns results;
  std::string output = "site";
  std::string title = "Benchmark runs";
};

cli::OptionTable describe_site(Site& spec) {
  cli::OptionTable table{{{"Options", cli::folder_of_runs_options(spec.results)},
                          {"Options",
                           {{"--output_dir",
                             "DIR",
                             "Folder to write index.html to",
                             cli::offering(cli::Offer::folder, cli::text(spec.output)),
                             {"-o"}},
                            {"--title", "TEXT", "Title of the page", cli::text(spec.title)}}}}};
  table.footer = "\nThe page needs no network and no server. It links to each run's report.html, if there is one.\n";
  return table;
}

// The address of a run's page as seen from the site; characters that an address cannot have are escaped.
std::string address_of(const std::filesystem::path& page, const std::filesystem::path& site) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::error_code error;
  const std::string path = std::filesystem::relative(page, site, error).generic_string();
  std::string address;
  for (const char c : path)
    address += kPlain.find(c) != std::string_view::npos
                   ? std::string(1, c)
                   : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  return address;
}

int site(const Site& spec, const Context& context) {
  const auto results = cli::folder_of_runs(spec.results, context.line);
  if (!results) return cli::complain(results.error(), cli::kUsageError);
  const auto runs = runs::list_runs(*results);
  if (!runs) return cli::complain(runs.error(), cli::kUsageError);
  std::error_code error;
  const std::filesystem::path folder(spec.output);
  std::filesystem::create_directories(folder, error);
  if (error)
    return cli::complain({"cannot make the folder " + spec.output + ": " + error.message(), "choose another"},
                         cli::kCannotRun);
  auto list = base::parse_ordered_json(runs::run_list_json(*runs));
  for (auto& run : list) {
    const auto page = std::filesystem::path(*results) / run["run_id"].get<std::string>() / "report.html";
    run["page"] = std::filesystem::exists(page, error) ? nlohmann::ordered_json(address_of(page, folder))
                                                       : nlohmann::ordered_json(nullptr);
  }
  const auto written =
      platform::write_file_atomically(folder / "index.html", report::site_page(spec.title, base::json_text(list)));
  if (!written) return cli::complain(written.error(), cli::kCannotRun);
  std::cout << runs->size() << (runs->size() == 1 ? " run: " : " runs: ") << cli::printable((folder / "index.html").string())
            << "\n";
  return 0;
}

}  // namespace

Command site_command() {
  return make_command("site", "Make a page of all runs of a folder: search, sort, compare, charts over time", describe_site,
                      site);
}

}  // namespace gpubench::commands
