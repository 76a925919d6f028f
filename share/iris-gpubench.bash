# Completion of iris-gpubench for bash. The options are asked from the program itself, so they are always those it has.
# Installed as share/bash-completion/completions/iris-gpubench; or: source iris-gpubench.bash

# Prints the values that option $1 (with underscores) takes; fails where it takes something else. $2: the program.
_iris_gpubench_values() {
  case $1 in
    --carbon_region) "$2" --carbon_region "" 2>/dev/null | sed -n 's/^  //p' ;;
    --benchmark_image) "$2" --benchmark_image "" 2>/dev/null | sed -n 's/^  //p' ;;
    --meter) printf '%s\n' nvml replay: ;;
    --gpu_access) printf '%s\n' auto runtime cdi devices none ;;
    --gpus) printf '%s\n' all none ;;
    --pull) printf '%s\n' missing always never ;;
    --network) printf '%s\n' none host ;;
    --carbon_source) printf '%s\n' grid_gb grid_gb_national electricity_maps watttime file: yearly ;;
    --export_protocol) printf '%s\n' import remote_write ;;
    --export_names) printf '%s\n' standard classic ;;
    --live_style) printf '%s\n' full table none ;;
    --plot_format) printf '%s\n' png svg pdf ;;
    --timeseries_format) printf '%s\n' csv csv.gz none ;;
    --log_level) printf '%s\n' debug info warning error ;;
    *) return 1 ;;
  esac
}

# Whether option $1 of the help $2 is followed by a value: "--name VALUE" there, and two blanks before what it means.
_iris_gpubench_takes_value() {
  grep -qE -- "^ +(-[a-z],)?$1 [^ -]" <<<"$2"
}

_iris_gpubench() {
  local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} i value
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${COMP_WORDS[i]} == -- ]]; then  # after it comes somebody else's command line
      mapfile -t COMPREPLY < <(compgen -c -f -- "$current")
      return
    fi
  done
  local words=() offered="" help option=${previous//-/_}
  option=--${option#__}
  if [[ $previous == --?* ]]; then
    case $option in
      --results_dir | --output_dir | --workdir) mapfile -t COMPREPLY < <(compgen -d -- "$current") && return ;;
      --record_trace | --volume | --mount | --benchmark_file | --env_file) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    esac
    if _iris_gpubench_values "$option" true >/dev/null; then
      while IFS= read -r value; do
        [[ $value == "${current#[\"\']}"* ]] && COMPREPLY+=("$(printf '%q' "$value")")
      done < <(_iris_gpubench_values "$option" "$program")
      return
    fi
  fi
  if [[ ${COMP_WORDS[1]} =~ ^[a-z] && $COMP_CWORD -gt 1 ]]; then words=("${COMP_WORDS[1]}"); fi
  if ((COMP_CWORD == 1)); then offered="list show report recover recarbon plan export clean check-image "; fi
  case ${words[0]} in
    clean) mapfile -t COMPREPLY < <(compgen -W --all -- "$current") && return ;;
    check-image) words=() ;; # the options of a container
  esac
  help=$("$program" "${words[@]}" --help 2>/dev/null)
  if [[ $previous == --?* ]] && _iris_gpubench_takes_value "$option" "$help"; then return; fi # a number, say
  offered+=$(grep -oE '^ +(-[a-z],)?--[a-z_]+' <<<"$help" | grep -oE -- '--[a-z_]+')
  mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current")
}

complete -o filenames -o bashdefault -F _iris_gpubench iris-gpubench
