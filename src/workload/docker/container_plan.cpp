#include "workload/docker/container_plan.h"

#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "workload/docker/engine/registry_login.h"
#include "workload/docker/image_pull.h"

namespace gpubench::workload {
namespace {

// As it could be typed into a shell.
std::string shell_words(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$;&|<>()*?") == std::string::npos;
    base::add_item(line, plain ? word : "'" + word + "'", " ");
  }
  return line;
}

// Those of --volume are named only for an engine on another machine; here they are paths.
std::vector<std::string> named_volumes(const ContainerOptions& options) {
  std::vector<std::string> names;
  for (const DataMount& mount : options.settings.mounts)
    if (mount.is_volume) names.push_back(mount.source);
  for (const std::string& bind : options.binds)
    if (!bind.empty() && bind.front() != '/') names.push_back(bind.substr(0, bind.find(':')));
  return names;
}

}  // namespace

base::Result<ContainerPlan> ContainerPlan::make(const ContainerOptions& options, EngineClient& engine,
                                                const platform::Clock& clock) {
  ContainerPlan plan(options, engine);
  GPUBENCH_TRY(plan.check_volumes());
  GPUBENCH_ASSIGN_OR_RETURN(plan.image_, plan.find_or_pull_image(clock));
  GPUBENCH_TRY(plan.choose_gpus());
  if (engine.engine().is_podman) plan.choices_.with_local_log = false;  // it takes the name but has no such driver
  return plan;
}

// An engine makes a volume of each name that it does not know: an empty one, which stays.
base::Result<void> ContainerPlan::check_volumes() const {
  for (const std::string& name : named_volumes(options_)) {
    const auto answer = engine_.get("/volumes/" + url_encoded(name));
    if (!answer) return base::failure(answer.error().with_context("could not ask for the volume " + name));
    if (answer->status == 404)
      return base::failure("the engine has no volume " + name,
                           "docker volume create " + name + ", or give an absolute path");
  }
  return {};
}

base::Result<Image> ContainerPlan::find_or_pull_image(const platform::Clock& clock) {
  const PullPolicy pull = options_.settings.pull;
  if (pull == PullPolicy::never) return find_image(engine_, options_.image);
  if (pull == PullPolicy::missing) {
    auto here = look_for_image(engine_, options_.image);
    if (!here) return base::failure(here.error());
    if (*here) return **std::move(here);
  }
  PullOptions options{options_.image, options_.tell, options_.interrupt_fd};
  GPUBENCH_ASSIGN_OR_RETURN(options.login, registry_login(options_.image, options_.config_folder, options_.interrupt_fd));
  GPUBENCH_TRY(pull_image(engine_, clock, options));
  return find_image(engine_, options_.image);
}

base::Result<void> ContainerPlan::choose_gpus() {
  const auto info = engine_.get("/info");
  if (!info) return base::failure(info.error().with_context("could not query the engine"));
  EngineFacts facts;
  GPUBENCH_ASSIGN_OR_RETURN(facts, parse_engine_facts(info->body));
  facts.is_podman = engine_.engine().is_podman;
  facts.is_elsewhere = engine_.address().is_remote();
  memory_bytes_ = facts.memory_bytes;
  gpus_ = choose_gpu_access(options_.gpus, facts, options_.host_root, options_.settings.gpu_access);
  leave_out_visible_mounts(gpus_, options_.binds);
  if (gpus_.way == GpuAccess::Way::devices)
    GPUBENCH_ASSIGN_OR_RETURN(image_env_, fetch_image_environment(engine_, image_.id));
  return {};
}

base::Result<std::vector<std::string>> ContainerPlan::image_environment() const {
  return fetch_image_environment(engine_, image_.id);
}

base::Result<void> ContainerPlan::create(Container& container) {
  CreateInput input{options_, reference_of(image_, options_.image), image_env_, gpus_, memory_bytes_, choices_};
  auto created = container.create(input, container_name(options_.run_id));
  choices_ = input.choices;
  return created;
}

WorkloadDescription ContainerPlan::description() const {
  WorkloadDescription description;
  description.kind = WorkloadDescription::Kind::container;
  description.name = options_.image;
  std::vector<std::string> words = options_.command;
  if (options_.entrypoint) words.insert(words.begin(), *options_.entrypoint);
  description.command_line = shell_words(words);
  description.image_id = image_.id;
  description.engine = engine_.engine().text;
  description.gpu_access = gpus_.text();
  if (!gpus_.reason.empty()) description.notes.push_back("the container has no GPU: " + gpus_.reason);
  if (engine_.address().is_remote()) {
    description.notes.push_back("the engine at " + engine_.address().text() +
                                " may be another machine than the one measured");
  }
  return description;
}

}  // namespace gpubench::workload
