# shellcheck shell=bash disable=SC2034,SC2154 # the parts of linux.sh share their variables
# SPDX-License-Identifier: MIT
# What the parts of linux.sh share: where the cache is, how steps are logged, how keys are made.

cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/ans2emu/linux
guest=$repository/testbench/cosim/guest
kernel_package=linux-source-6.12
tool_packages=(busybox-static fio nvme-cli smartmontools e2fsprogs fdisk util-linux)
kernel_packages=("$kernel_package" make gcc libc6-dev bc flex bison libelf-dev libssl-dev xz-utils)
run_packages=(device-tree-compiler)

read -ra cc <<<"${CC:-gcc}"   # may be two words: ccache gcc

# Messages go to stderr: stdout is for --print.
say() { echo "linux.sh: $*" >&2; }
fail() { say "$@"; exit 1; }

# logged NAME WHAT COMMAND...: runs a long command quietly; when it fails, shows the end of its log and where all of
# it is.
logged() {
  local log=$cache/log/$1.log what=$2 start=$SECONDS status
  shift 2
  mkdir -p "$cache/log"
  say "$what ..."
  set +e   # not in a condition: there the command's own `set -e` would be off
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  if [ $status -ne 0 ]; then
    tail -n 25 "$log" >&2
    fail "$what: FAILED; the whole log is $log"
  fi
  say "$what: done in $((SECONDS - start)) s"
}

# key_of: sixteen digits that stand for what is on stdin.
key_of() { sha256sum | cut -c1-16; }

version_of() { dpkg-query -W -f='${Version}' "$1" 2>/dev/null || echo none; }

install_missing() { "$repository/scripts/setup.sh" "$@" >&2; }

build_ans2emu() {
  cd "$repository" || return 1
  scripts/setup.sh
  cmake --preset release
  cmake --build --preset release --target ans2emu
}

# locked NAME COMMAND...: one at a time of this name on this cache; a second waits and then finds everything made.
locked() {
  mkdir -p "$cache"
  exec 9>"$cache/lock-$1"
  shift
  if ! flock -n 9; then
    say "waiting for another linux.sh ..."
    flock 9
  fi
  "$@"
  exec 9>&-
}
