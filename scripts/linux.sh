#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The unmodified Linux driver on the emulator: builds a kernel for User Mode Linux and its small root file system from
# Debian's packages, once, into a cache; then runs scenarios with it, if any are named.
# usage: scripts/linux.sh [--flavour plain|kasan] [--kernel-src DIR] [--print] [SCENARIO...]
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/linux/common.sh
. "$repository/scripts/linux/common.sh"
# shellcheck source=scripts/linux/kernel.sh
. "$repository/scripts/linux/kernel.sh"
# shellcheck source=scripts/linux/kit.sh
. "$repository/scripts/linux/kit.sh"

usage() {
  cat <<'TEXT'
usage: scripts/linux.sh [--flavour plain|kasan] [--kernel-src DIR] [--print] [SCENARIO...]
  --flavour NAME    plain (the default), or kasan: catches the drivers' own memory errors, slower
  --kernel-src DIR  this kernel tree instead of Debian's; nothing is written into it
  --print           say on stdout, as one JSON object, where everything is
  SCENARIO...       run these, as `ans2emu run` does
TEXT
}
misuse() { echo "linux.sh: $*" >&2; usage >&2; exit 2; }

flavour=plain kernel_src="" print=no scenarios=()
while [ $# -gt 0 ]; do
  case $1 in
    --flavour|--kernel-src)
      [ $# -ge 2 ] || misuse "$1 needs a value"
      if [ "$1" = --flavour ]; then flavour=$2; else kernel_src=$2; fi
      shift ;;
    --print) print=yes ;;
    -h|--help) usage; exit 0 ;;
    -*) misuse "unknown option $1" ;;
    *) scenarios+=("$1") ;;
  esac
  shift
done
case $flavour in plain|kasan) ;; *) misuse "--flavour $flavour: plain or kasan" ;; esac
if [ $print = yes ] && [ ${#scenarios[@]} -gt 0 ]; then misuse "--print or scenarios, not both"; fi

make_kit
[ $print = yes ] && print_kit
if [ ${#scenarios[@]} -gt 0 ]; then
  ans2emu=$repository/build/release/ans2emu
  [ -x "$ans2emu" ] || logged ans2emu "ans2emu" build_ans2emu
  options=()
  [ "$flavour" = kasan ] && options+=(--set driver.guest.flavour=kasan)
  [ -n "$kernel_src" ] && options+=(--kernel-src "$kernel_src")
  exec "$ans2emu" run "${options[@]}" "${scenarios[@]}"
fi
