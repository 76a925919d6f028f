# shellcheck shell=bash
# The packages this project asks apt for, by purpose, and the one function that installs them. Sourced by the other scripts.
# Every name exists in Debian 12, Ubuntu 22.04 and Ubuntu 24.04, unless a comment says otherwise.
# "package=program": the package counts as installed when the program is there, whoever brought it.

# To build the program.
# shellcheck disable=SC2034
BUILD_PACKAGES=(g++ cmake ninja-build=ninja pkg-config=pkg-config ccache=ccache libcurl4-openssl-dev libfmt-dev libspdlog-dev
  nlohmann-json3-dev libcli11-dev libarchive-dev libyaml-cpp-dev libexpected-dev zlib1g-dev libdeflate-dev libsnappy-dev libmicrohttpd-dev
  libutf8proc-dev libpcre2-dev libboost-dev)

# To run it: HTTPS to the carbon service, the plot and its font.
# shellcheck disable=SC2034
RUN_PACKAGES=(ca-certificates gnuplot-nox=gnuplot fonts-dejavu-core)

# To test it: GoogleTest, and the real servers and terminals that the integration tests drive.
# shellcheck disable=SC2034
TEST_PACKAGES=(libgtest-dev libgmock-dev python3=python3 python3-yaml python3-jsonschema tmux=tmux docker.io=dockerd docker-registry=docker-registry busybox-static=busybox procps=ps
  victoria-metrics=victoria-metrics prometheus=prometheus iproute2=ip e2fsprogs=mkfs.ext4 mount=mount curl=curl git=git podman=podman runc=runc openssl=openssl zsh=zsh fish=fish
  universal-ctags=ctags mkdocs=mkdocs mkdocs-material aspell=aspell aspell-en slurm-wlm=slurmctld munge=munged libfaketime openmpi-bin=mpirun mpich=mpiexec.mpich
  charliecloud-runtime=ch-run util-linux=unshare catatonit=catatonit environment-modules openssh-server=sshd
  chromium=chromium chromium-driver=chromedriver)  # the last two are not in Ubuntu: the test in a browser is skipped there

# To test it under sanitizers, and to fuzz it. Where they are not offered (Ubuntu 22.04), g++ has sanitizers, too.
# shellcheck disable=SC2034
SANITIZER_PACKAGES=(clang-19=clang-19 libclang-rt-19-dev llvm-19=llvm-symbolizer-19)

# To lint it. Ubuntu 22.04 has no clang 19: .ci/run takes what is there and says so.
# shellcheck disable=SC2034
LINT_PACKAGES=(shellcheck=shellcheck universal-ctags=ctags clang-format-19=clang-format-19 clang-tidy-19=clang-tidy-19 g++-11=g++-11)

# To make the archive. The launcher is linked with musl.
# shellcheck disable=SC2034
BUNDLE_PACKAGES=(musl-dev libdeflate-tools=libdeflate-gzip binutils=readelf python3=python3 git=git gnuplot-nox=gnuplot-nox fonts-dejavu-core ca-certificates)

# To build it for aarch64 on another machine.
# shellcheck disable=SC2034
CROSS_PACKAGES=(g++-aarch64-linux-gnu=aarch64-linux-gnu-g++ qemu-user-static=qemu-aarch64-static mmdebstrap=mmdebstrap)

# To try it.
# shellcheck disable=SC2034
BUNDLE_TEST_PACKAGES=(mmdebstrap=mmdebstrap busybox-static=busybox python3=python3 openssl=openssl g++)

# To make a .deb, an .rpm and a wheel of it, and to look at them.
# shellcheck disable=SC2034
PACKAGING_PACKAGES=(cmake=cpack rpm=rpmbuild python3=python3)
# shellcheck disable=SC2034
PACKAGING_TEST_PACKAGES=(lintian=lintian rpmlint=rpmlint mmdebstrap=mmdebstrap)

# For scripts/coverage alone.
# shellcheck disable=SC2034
COVERAGE_PACKAGES=(gcovr=gcovr)

# For bench/micro_benchmark alone, which is built only where it is there.
# shellcheck disable=SC2034
BENCH_PACKAGES=(libbenchmark-dev)

say() { printf '%s: %s\n' "${0##*/}" "$*"; }
die() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# with_progress LOG COMMAND...: runs it with its output in LOG and says every 8 s where it is.
with_progress() {
  local log=$1 printer status=0
  shift
  print_progress "$log" &
  printer=$!
  "$@" >>"$log" 2>&1 </dev/null || status=$?
  kill "$printer" 2>/dev/null || true
  wait "$printer" 2>/dev/null || true
  return "$status"
}

print_progress() {
  local start=$SECONDS
  while sleep 8 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
    say "$((SECONDS - start)) s: $(tail -n 1 "$1" | tr -d '\r' | cut -c 1-100)"
  done
}

# Prints the packages of the arguments that are not installed, one a line.
missing_packages() {
  local entry package program
  for entry in "$@"; do
    package=${entry%%=*}
    program=${entry#"$package"}
    program=${program#=}
    if [[ -n $program ]] && PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null 2>&1; then continue; fi
    if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]]; then continue; fi
    printf '%s\n' "$package"
  done
}

can_install() { ((EUID == 0)) || command -v sudo >/dev/null 2>&1; }

# as_root COMMAND...: runs it as root, through sudo where we are not.
as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Fills apt's lists at most once a run of a script, and only when something has to be installed.
apt_lists_are_fresh=
refresh_apt_lists() {
  local log
  [[ -z $apt_lists_are_fresh ]] || return 0
  log=$(mktemp)
  with_progress "$log" as_root apt-get -q -o DPkg::Lock::Timeout=300 update >&2 ||
    say "apt-get update failed; trying with the lists that are there" >&2
  rm -f "$log"
  apt_lists_are_fresh=yes
}

# install_packages PURPOSE ENTRY...: installs what is missing; needs neither root nor a network when nothing is.
install_packages() {
  local purpose=$1 missing log
  shift
  if ! command -v dpkg-query >/dev/null 2>&1; then
    say "no dpkg here: taking for granted that what is needed $purpose is installed (${*%%=*})"
    return 0
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ! can_install; then
    die "packages are missing $purpose, and this is neither root nor is sudo there. As root: apt-get install ${missing[*]}"
  fi
  say "installing ${#missing[@]} packages $purpose: ${missing[*]}"
  refresh_apt_lists
  log=$(mktemp)
  if ! with_progress "$log" as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
    install "${missing[@]}"; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    die "apt-get could not install: ${missing[*]} (on Ubuntu the component \"universe\" must be enabled)"
  fi
  rm -f "$log"
}

# offered_packages ENTRY...: those of the arguments that are installed or that this distribution offers, one a line.
offered_packages() {
  local entry
  [[ -z $(missing_packages "$@") ]] || refresh_apt_lists
  for entry in "$@"; do
    if [[ -z $(missing_packages "$entry") ]] || apt-cache show "${entry%%=*}" >/dev/null 2>&1; then printf '%s\n' "$entry"; fi
  done
}

# debian_root SUITE FOLDER OPTION...: a Debian made by mmdebstrap (with its options) from this machine's own package sources.
debian_root() {
  local suite=$1 folder=$2 place
  shift 2
  # shellcheck disable=SC2016 # apt's own variables
  place=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Identifier: Packages' | awk '$1 == "Debian" && !/security/ { print $2; exit }')
  [[ -n $place ]] || die "this machine's package sources (after apt-get update) have no Debian in them"
  mmdebstrap --quiet --dpkgopt=force-unsafe-io "$@" "$suite" "$folder" "deb $place $suite main"
}

# unpacked_debian SUITE FOLDER MACHINE PACKAGE...: a Debian for another kind of machine, unpacked and not set up, so that nothing of it has
# to run. dpkg's lists are made of its packages.
unpacked_debian() {
  local suite=$1 root=$2 architecture deb package
  architecture=$(debian_name_of "$3")
  shift 3
  debian_root "$suite" "$root.new" "--architectures=$architecture" --variant=extract "${@/#/--include=}" --skip=cleanup/apt || return
  mkdir -p "$root.new/var/lib/dpkg/info"
  for deb in "$root.new"/var/cache/apt/archives/*.deb; do
    package=$(dpkg-deb -f "$deb" Package)
    dpkg-deb --fsys-tarfile "$deb" | tar -t | sed 's|^\./$|/.|; s|^\./|/|; s|/$||' >"$root.new/var/lib/dpkg/info/$package.list"
    { dpkg-deb -f "$deb" && printf 'Status: install ok installed\n\n'; } >>"$root.new/var/lib/dpkg/status"
  done
  rm -rf "$root.new"/var/cache/apt/archives
  mv "$root.new" "$root"
}

# Debian's name of a kind of machine.
debian_name_of() {
  case $1 in
    x86_64) printf 'amd64\n' ;;
    aarch64) printf 'arm64\n' ;;
    *) die "no Debian for $1 is known here" ;;
  esac
}

# smallest_debian SUITE FOLDER MACHINE [PACKAGE...]: the essential packages and these: set up, or unpacked where they are another machine's.
smallest_debian() {
  local suite=$1 folder=$2 machine=$3
  shift 3
  refresh_apt_lists >&2
  if [[ $machine == "$(uname -m)" ]]; then
    debian_root "$suite" "$folder.new" --variant=essential "${@/#/--include=}" && mv "$folder.new" "$folder"
  else
    unpacked_debian "$suite" "$folder" "$machine" '?essential' "$@" || return
    [[ -e $folder/bin/sh ]] || ln -s dash "$folder/bin/sh"  # what dash does as it is set up
  fi
}
