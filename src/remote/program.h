// This program on another machine: found there, or brought along and checked.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/result.h"
#include "remote/host.h"

namespace gpubench::remote {

// What is brought: as a tar archive that holds bin/iris-gpubench.
struct Luggage {
  std::string archive;
  std::string name;  // <version>-<SHA-256 of it>
};

// Of the program whose file this is: the whole archive (packaging/README.md) where it is part of one.
base::Result<Luggage> pack_program(const std::filesystem::path& file);
// The file of the program that runs.
std::filesystem::path own_program();
// By what it is started again on a machine that shares its files: of an archive the launcher.
std::filesystem::path own_command();

// The path of the program there, which has answered with this version. `say` is given what takes long.
base::Result<std::string> bring_program(const Host& host, const Luggage& luggage, int interrupt_fd,
                                        const std::function<void(const std::string&)>& say);
// The same of a program that is there already.
base::Result<std::string> check_program(const Host& host, const std::string& path, int interrupt_fd);

}  // namespace gpubench::remote
