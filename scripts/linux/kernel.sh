# shellcheck shell=bash disable=SC2034,SC2154 # the parts of linux.sh share their variables
# SPDX-License-Identifier: MIT
# The kernel and its modules. Sets kernel_build (the build folder, good for modules of one's own) and kernel_release.
# A finished build of Debian's source is never touched again; a tree of the user's is asked `make` each time.

# The kernel's own make must not hear of an outer one, nor of another architecture.
kernel_make() {
  env -u MAKEFLAGS -u MFLAGS -u KBUILD_OUTPUT -u CROSS_COMPILE -u LD_PRELOAD LC_ALL=C \
    KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_USER=ans2emu KBUILD_BUILD_HOST=ans2emu KBUILD_BUILD_VERSION=1 \
    make -C "$kernel_source" O="$kernel_build" ARCH=um SUBARCH=x86_64 CC="${cc[*]}" -j"$(nproc)" "$@"
}

kernel_fragments() {
  echo "$guest/kernel.config"
  if [ "$flavour" = kasan ]; then echo "$guest/kasan.config"; fi
}

# What the build depends on, besides the source.
kernel_inputs() {
  local fragments
  mapfile -t fragments < <(kernel_fragments)
  grep -h "^CONFIG_" "${fragments[@]}"
  { "${cc[@]}" --version || true; } 2>/dev/null | head -n 1
}

check_machine() {
  [ "$(uname -m)" = x86_64 ] || fail "User Mode Linux 6.12 runs on x86_64 only; this machine is $(uname -m)"
}

# check_user_tree DIR: a kernel tree in which nothing was built, as a build outside of it demands.
check_user_tree() {
  local file
  for file in Makefile Kconfig arch/um/Makefile drivers/nvme/host/apple.c; do
    [ -e "$1/$file" ] || fail "--kernel-src $1: no Linux kernel tree with Apple's NVMe driver: $file is missing"
  done
  for file in .config include/config arch/x86/include/generated arch/um/include/generated; do
    [ ! -e "$1/$file" ] ||
      fail "--kernel-src $1: something was built in this tree ($file); run 'make mrproper' there, or give a clean one"
  done
}

# Debian's source, less the drivers' code that no such kernel can use (their Kconfig files stay).
unpack_source() {
  local archive=/usr/src/$kernel_package.tar.xz part=$kernel_source.part.$$
  rm -rf "$part"
  mkdir -p "$part"
  tar -C "$part" -xf "$archive" --strip-components=1 --exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/net/*.[ch]' \
    --exclude='*/drivers/media/*.[ch]' --exclude='*/sound/*.[ch]' --exclude='*/Documentation/*.rst'
  # Another flavour may have been faster.
  if [ -e "$kernel_source" ]; then rm -rf "$part"; else mv "$part" "$kernel_source"; fi
}

# Tinyconfig and our fragments; every line of the fragments must have taken.
configure_kernel() {
  local fragments wanted missing=0
  mapfile -t fragments < <(kernel_fragments)
  kernel_make tinyconfig
  "$kernel_source/scripts/kconfig/merge_config.sh" -m -O "$kernel_build" "$kernel_build/.config" "${fragments[@]}"
  kernel_make olddefconfig
  while read -r wanted; do
    grep -qxF "$wanted" "$kernel_build/.config" || {
      echo "this kernel cannot have $wanted, which the guest needs"
      missing=1
    }
  done < <(grep -h '^CONFIG_' "${fragments[@]}")
  return $missing
}

compile_kernel() {
  kernel_make linux modules
  kernel_make -s kernelrelease >"$kernel_build/release.part"
  mv "$kernel_build/release.part" "$kernel_build/release"
}

name_debian_kernel() {
  local version
  version=$(version_of "$kernel_package")
  kernel_source=$cache/source-$version
  kernel_build=$cache/kernel-$flavour-$({ echo "$version"; kernel_inputs; } | key_of)
}

make_debian_kernel() {
  name_debian_kernel
  [ -e "$kernel_build/release" ] && return 0
  install_missing "${kernel_packages[@]}"
  name_debian_kernel
  [ -e "$kernel_source" ] || logged source "source of $kernel_package" unpack_source
  mkdir -p "$kernel_build"
  logged configuration "configuration ($flavour)" configure_kernel
  logged kernel "kernel ($flavour), about two minutes on two cores" compile_kernel
}

make_user_kernel() {
  check_user_tree "$kernel_src"
  install_missing "${kernel_packages[@]}"
  kernel_source=$(cd "$kernel_src" && pwd)
  kernel_build=$cache/kernel-$flavour-$({ echo "$kernel_source"; kernel_inputs; } | key_of)
  mkdir -p "$kernel_build"
  [ -e "$kernel_build/release" ] ||
    logged configuration "configuration ($flavour) of $(basename "$kernel_source")" configure_kernel
  logged kernel "kernel ($flavour) of $(basename "$kernel_source")" compile_kernel
}

make_kernel() {
  check_machine
  if [ -n "$kernel_src" ]; then make_user_kernel; else make_debian_kernel; fi
  kernel_release=$(cat "$kernel_build/release")
}
