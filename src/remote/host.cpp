#include "remote/host.h"

#include <string_view>
#include <utility>

#include "base/text.h"
#include "platform/child_process.h"
#include "platform/readable.h"

namespace gpubench::remote {
namespace {

constexpr std::size_t kMostErrorBytes = std::size_t{16} << 10U;

// The script, with marks around what it prints. Not in the command line: other users see that, and a login shell of another
// kind than POSIX's would read it in its own way.
std::string framed(const Call& call) {
  std::string text = "set --";
  for (const std::string& argument : call.arguments) text += " " + quoted(argument);
  text += "\nprintf '\\n%s\\n' '" + begin_mark() + "'\nprintf '\\n%s\\n' '" + begin_mark() + "' >&2\n";
  text += "answer() {\n" + call.script + "\n}\nanswer \"$@\"\ncode=$?\n";
  text += "printf '\\n%s %s\\n' '" + end_mark() + "' $code\n";
  if (!call.then.empty()) text += "[ $code = 0 ] || exit\n" + call.then + "\n";
  return text;
}

// Reads the script byte for byte, so that what follows is left for the script to read.
std::string command_for(const std::string& script) {
  return "exec sh -c 'eval \"$(dd bs=1 count=" + std::to_string(script.size()) + " 2>/dev/null)\"'";
}

std::vector<std::string> ssh_words(const std::string& ssh, const std::string& host, const std::string& script) {
  std::vector<std::string> words{ssh, "-T"};
  for (const char* option : {"BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=3",
                             "ControlMaster=no", "ClearAllForwardings=yes"})
    words.insert(words.end(), {"-o", option});
  words.insert(words.end(), {"--", host, command_for(script)});
  return words;
}

// Of standard error, what the script wrote: a banner and a login's own lines come before.
std::string after_mark(const std::string& text) {
  const std::string mark = begin_mark() + "\n";
  const std::size_t at = text.find(mark);
  return at == std::string::npos ? text : text.substr(at + mark.size());
}

// What ssh says last is why it ended; what the far side's login says may come before.
std::string last_line(std::string_view text) {
  text = base::trimmed(text);
  const std::size_t begin = text.rfind('\n');
  std::string line = base::one_line(text.substr(begin == std::string_view::npos ? 0 : begin + 1));
  if (line.ends_with('.')) line.pop_back();
  return line;
}

std::string remedy_for(const std::string& host, std::string_view why) {
  if (why.find("ost key") != std::string_view::npos) return "connect once by hand to see and accept the key: ssh " + host;
  if (why.find("ermission denied") != std::string_view::npos)
    return "it must work without a question: ssh -o BatchMode=yes " + host +
           " true (a key in ssh-agent, or a ControlMaster)";
  return "this must work: ssh " + host + " true";
}

}  // namespace

std::string quoted(const std::string& argument) {
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

base::Result<Host> Host::named(const std::string& name, std::string ssh) {
  if (name.empty() || name.front() == '-' || base::one_line(name) != name || name.find(' ') != std::string::npos)
    return base::failure("\"" + base::excerpt(name) + "\" is no name of a host",
                         "give it as ssh knows it: HOST, USER@HOST or a Host of ~/.ssh/config");
  return Host(name, std::move(ssh));
}

Reply<Answer> Host::call(const Call& call, int interrupt_fd) const {
  const std::string script = framed(call);
  Answer answer;
  AnswerReader reader(call.on_output ? call.on_output : [&answer](std::string_view bytes) { answer.output += bytes; });
  platform::ChildRequest request;
  request.argv = ssh_words(ssh_, name_, script);
  request.input = script + call.data;
  request.timeout = call.patience;
  request.max_error_bytes = kMostErrorBytes;
  request.interrupt_fd = interrupt_fd;
  request.on_output = [&reader](std::string_view bytes) { reader.take(bytes); };
  auto outcome = platform::run_child(request);
  if (!outcome && outcome.error().not_found)
    return trouble({"ssh was not found", "install OpenSSH's client (package openssh-client)"}, Why::refused);
  if (!outcome && platform::is_readable(interrupt_fd))
    return trouble({"the connection to " + name_ + " was interrupted", ""}, Why::interrupted);
  if (!outcome) return trouble({name_ + " does not answer", remedy_for(name_, "")}, Why::unreachable);
  if (const auto code = reader.finish()) {
    answer.code = *code;
    answer.error = after_mark(outcome->error);
    return answer;
  }
  const std::string why = last_line(after_mark(outcome->error));
  const std::string what = reader.has_begun() ? "the connection to " + name_ + " was lost" : name_ + " cannot be reached";
  return trouble({what + (why.empty() ? "" : ": " + why), remedy_for(name_, why)}, Why::unreachable);
}

}  // namespace gpubench::remote
