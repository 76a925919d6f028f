#!/usr/bin/env bash
# Builds the benchmark images: see --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/Benchmark_Dockerfiles"

usage() {
  cat <<'TEXT'
usage: ./build_images.sh [--list] [--base IMAGE] [NAME...] [-- OPTION...]

Builds the image of each Benchmark_Dockerfiles/Dockerfile.NAME, by default of all; what an image is based on is built before it.
Stops at the first that fails and names it.

  --list        the names, each before those based on it, and what they are based on
  --base IMAGE  in place of the public images that the base images come from
  -- OPTION...  for docker build, for example: -- --no-cache --build-arg HTTP_PROXY=...
TEXT
}

die() {
  echo "build_images: $*" >&2
  exit 1
}

all_names() { for file in Dockerfile.*; do echo "${file#Dockerfile.}"; done | sort; }
base_of() { sed -n 's/^ARG BASE_IMAGE=//p' "Dockerfile.$1" | head -n 1; }
is_ours() { [[ $1 =~ ^[a-z0-9_]+$ && -e Dockerfile.$1 ]]; }

# in_order NAME...: with the bases, each before what is based on it, once
declare -A placed=()
in_order() {
  local name base
  for name in "$@"; do
    [[ -z ${placed[$name]:-} ]] || continue
    placed[$name]=1
    base=$(base_of "$name")
    if is_ours "$base"; then in_order "$base"; fi
    echo "$name"
  done
}

list=0
names=()
stand_in=""
while (($# > 0)); do
  case $1 in
    --list) list=1 ;;
    --base)
      [[ $# -ge 2 ]] || { usage >&2; exit 2; }
      stand_in=$2
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    --)
      shift
      break
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) names+=("$1") ;;
  esac
  shift
done
for name in "${names[@]}"; do
  is_ours "$name" || { echo "build_images: there is no Dockerfile.$name; see --list" >&2; exit 2; }
done
if ((${#names[@]} == 0)); then mapfile -t names < <(all_names); fi
mapfile -t names < <(in_order "${names[@]}")

if ((list)); then
  for name in "${names[@]}"; do printf '%-28s %s\n' "$name" "$(base_of "$name")"; done
  exit 0
fi

command -v docker >/dev/null || die "the docker program is missing (apt-get install docker.io)"
for name in "${names[@]}"; do
  echo "build_images: $name"
  options=("$@")
  if [[ -n $stand_in ]] && ! is_ours "$(base_of "$name")"; then options+=(--build-arg "BASE_IMAGE=$stand_in"); fi
  docker build --tag "$name" --file "Dockerfile.$name" "${options[@]}" . ||
    die "$name could not be built; nothing after it was tried"
done
echo "build_images: built ${names[*]}"
