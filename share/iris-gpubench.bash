# Completion of iris-gpubench for bash. The program itself says what may come next, so this fits every version of it.
# Installed as share/bash-completion/completions/iris-gpubench; or: source iris-gpubench.bash

_iris_gpubench() {
  local current=${COMP_WORDS[COMP_CWORD]} line
  local -a more=()
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :file) mapfile -t more < <(compgen -f -- "$current") ;;
      :folder) mapfile -t more < <(compgen -d -- "$current") ;;
      :command) mapfile -t more < <(compgen -c -f -- "$current") ;;
      *) COMPREPLY+=("$(printf '%q' "${line%%$'\t'*}")") ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD-1}" "${current#[\"\']}" 2>/dev/null)
  COMPREPLY+=("${more[@]}")
}

complete -o filenames -o bashdefault -F _iris_gpubench iris-gpubench
