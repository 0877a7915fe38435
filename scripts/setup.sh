#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs from Debian's packages what the project builds and tests with, and what is named besides; does nothing where all
# is there. usage: scripts/setup.sh [PACKAGE...]
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config git
  libsystemc-dev nlohmann-json3-dev libcli11-dev libssl-dev   # what ans2emu links with
  libgtest-dev libgmock-dev libvalijson-dev                   # what its tests need
  verilator                                                   # the RTL twins of blocks; without it they are off
  gtkwave                                                     # a test that it reads the twins' waveforms
  e2fsprogs                                                   # mke2fs, e2fsck, debugfs: the demo's file systems
  "$@"
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "installing: ${missing[*]}"
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup.sh: run me as root, or install: ${missing[*]}" >&2; exit 2; }
  sudo=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
