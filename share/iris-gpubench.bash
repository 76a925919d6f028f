# Completion of iris-gpubench for bash. The options are asked from the program itself, so they are always those it has.
# Installed as share/bash-completion/completions/iris-gpubench; or: source iris-gpubench.bash

_iris_gpubench_values() {
  case $1 in
    --carbon_region | --carbon-region) "$2" --carbon_region "" 2>/dev/null | sed -n 's/^  //p' ;;
    --benchmark_image | --benchmark-image) "$2" --benchmark_image "" 2>/dev/null | sed -n 's/^  //p' ;;
    --meter) printf '%s\n' nvml replay: ;;
    --live_style | --live-style) printf '%s\n' full table none ;;
    --plot_format | --plot-format) printf '%s\n' png svg pdf ;;
    --timeseries_format | --timeseries-format) printf '%s\n' csv csv.gz none ;;
    --log_level | --log-level) printf '%s\n' debug info warning error ;;
  esac
}

_iris_gpubench() {
  local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} i value
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${COMP_WORDS[i]} == -- ]]; then  # behind it is somebody else's command line
      mapfile -t COMPREPLY < <(compgen -c -f -- "$current")
      return
    fi
  done
  case $previous in
    --carbon_region | --carbon-region | --benchmark_image | --benchmark-image | --meter | --live[_-]style | --plot[_-]format | --timeseries[_-]format | --log[_-]level)
      while IFS= read -r value; do
        [[ $value == "${current#[\"\']}"* ]] && COMPREPLY+=("$(printf '%q' "$value")")
      done < <(_iris_gpubench_values "$previous" "$program")
      return
      ;;
    --results_dir | --results-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current") && return ;;
    --record_trace | --record-trace | --volume | --benchmark_file | --benchmark-file) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
  esac
  local words=() offered=
  if [[ ${COMP_WORDS[1]} =~ ^[a-z] && $COMP_CWORD -gt 1 ]]; then words=("${COMP_WORDS[1]}"); fi
  if ((COMP_CWORD == 1)); then offered="list show report recover recarbon plan clean check-image "; fi
  offered+=$("$program" "${words[@]}" --help 2>/dev/null | grep -oE '^ +(-[a-z],)?--[a-z_]+' | grep -oE -- '--[a-z_]+')
  mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current")
}

complete -o filenames -o bashdefault -F _iris_gpubench iris-gpubench
