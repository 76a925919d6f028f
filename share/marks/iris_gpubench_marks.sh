# Marks phases of a shell script for iris-gpubench, which then reports the energy of each phase.
#
#     . iris_gpubench_marks.sh
#     gpubench_phase preparing ./prepare --size 1000      # runs the command; its exit status is passed on
#     gpubench_begin training; ./train; gpubench_end training
#     gpubench_work 6400 images                           # done in the phase that is open
#
# Outside a run of iris-gpubench nothing is written. bash, dash, ksh, zsh. Format: docs/formats.md, "Marks".

gpubench_line_() {
  if [ -n "${EPOCHREALTIME:-}" ]; then # bash 5, zsh with zsh/datetime
    gpubench_time_=${EPOCHREALTIME%[.,]*}$(printf '%.6s' "${EPOCHREALTIME#*[.,]}000000")
  else
    gpubench_time_=$(date +%s%6N)
  fi
  printf '%s%s r%s %s/%s %.150s\n' "$3" "$1" "$gpubench_time_" "$$" "$$" "$2"
}
gpubench_mark_() {
  if [ "${IRIS_GPUBENCH_MARKS:-}" = stdout ]; then # the engine is on another machine: by the log
    gpubench_line_ "$1" "$2" ':::IRIS_GPUBENCH '
  elif [ -f "${IRIS_GPUBENCH_MARKS:-}" ] && [ -w "$IRIS_GPUBENCH_MARKS" ]; then
    gpubench_line_ "$1" "$2" '' >>"$IRIS_GPUBENCH_MARKS"
  fi
}
gpubench_begin() { gpubench_mark_ b "$1"; }
gpubench_end() { gpubench_mark_ e "${1:-}"; }
gpubench_moment() { gpubench_mark_ i "$1"; }
gpubench_work() { gpubench_mark_ w "$1 ${2:-units}"; }
gpubench_run_() {
  shift
  "$@"
}
gpubench_phase() {
  gpubench_begin "$1"
  gpubench_run_ "$@"
  set -- "$1" $?
  gpubench_end "$1"
  return "$2"
}
