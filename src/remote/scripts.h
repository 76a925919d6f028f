// What the scripts for the other machine have in common. POSIX's shell, and nothing that a small system lacks.
#pragma once

namespace gpubench::remote {

// $base: where this program keeps what it has there. find_run NAME: sets $run to the folder of a run, by the name of the
// remote run or by that of its results; other codes if there is none, or if it runs on another machine with the same home.
// is_alive: whether the program of $run still runs; the folder is among its words.
inline constexpr const char* kCommonScript = R"sh(
base=${XDG_CACHE_HOME:-$HOME/.cache}/iris-gpubench
find_run() {
  run=$base/runs/$1
  [ -d "$run" ] || for run in "$base"/runs/*/results/"$1"; do
    [ -d "$run" ] && run=${run%/results/*} && break
  done
  [ -d "$run" ] || return 44
  [ -e "$run/code" ] && return  # it has ended
  [ ! -s "$run/host" ] || [ "$(cat "$run/host")" = "$(uname -n)" ] && return
  echo "it was started on $(cat "$run/host"), and $(uname -n) answers" >&2
  return 45
}
is_alive() {
  [ -s "$run/pid" ] && { tr '\0' '\n' <"/proc/$(cat "$run/pid")/cmdline"; } 2>/dev/null | grep -qF "$run/results"
}
)sh";
inline constexpr int kNoSuchRun = 44;
inline constexpr int kRunOfAnotherMachine = 45;

}  // namespace gpubench::remote
