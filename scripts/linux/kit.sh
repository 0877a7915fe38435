# shellcheck shell=bash disable=SC2034,SC2154 # the parts of linux.sh share their variables
# SPDX-License-Identifier: MIT
# The kit: kernel, first root file system, programs, preloaded library. Sets kit (its folder), which is only ever
# whole.

# The modules in the order they are loaded in, each after those it needs.
wanted_modules=(ans-irqchip apple-mailbox apple-rtkit apple-sart nvme-core nvme-apple)

# What the kit is made of: another of these makes another kit.
kit_inputs() {
  dpkg-query -W "${tool_packages[@]}" "${run_packages[@]}" libc6 2>/dev/null || true
  echo "$kernel_build $cache"
  find "$kernel_build/" -name '*.ko' -print0 | sort -z | xargs -0 -r sha256sum
  sha256sum <"$kernel_build/linux"
  (cd "$guest" && find . -type f ! -name '*.md' | sort | tr '\n' '\0' | xargs -0 sha256sum)
  sha256sum <"$repository/scripts/linux/kit.sh"
}

# own_module NAME: a module of ours, built against the kernel.
own_module() {
  local sources=$1 work=$part/modules/$1
  mkdir -p "$part/modules" && cp -r "$guest/$sources" "$work"
  env -u MAKEFLAGS -u LD_PRELOAD make -C "$kernel_build" ARCH=um SUBARCH=x86_64 CC="${cc[*]}" M="$work" modules
}

# needed_modules NAME...: these and what they need, each after its needs, once.
needed_modules() {
  local name need
  for name in "$@"; do
    for need in $(modinfo -F depends "$part/ko/$name.ko" | tr , ' '); do needed_modules "${need//_/-}"; done
    echo "$name"
  done
}

collect_modules() {
  local file
  own_module irqchip
  own_module bench
  mkdir -p "$part/ko"
  while IFS= read -r -d '' file; do
    cp "$file" "$part/ko/$(basename "$file" | tr _ -)"
  done < <(find "$kernel_build/" "$part/modules" -name '*.ko' -print0)
  needed_modules "${wanted_modules[@]}" | awk '!seen[$0]++' >"$part/order"
}

# collect_tools: the programs and every library they load, in two flat folders that the guest mounts from the host.
collect_tools() {
  local program path
  mkdir -p "$part/tools/bin" "$part/tools/lib"
  for program in fio nvme smartctl mke2fs e2fsck tune2fs debugfs resize2fs sfdisk blkdiscard; do
    path=$(PATH=$PATH:/usr/sbin:/sbin command -v "$program")
    cp -L "$path" "$part/tools/bin/$program"
    ldd "$path" | grep -o '/[^ ]*' | while read -r path; do cp -Ln "$path" "$part/tools/lib/"; done
  done
  ln -s mke2fs "$part/tools/bin/mkfs.ext4"
  ln -s e2fsck "$part/tools/bin/fsck.ext4"
}

# cpio_list: the first root file system, a line an entry, as the kernel's gen_init_cpio reads it.
cpio_list() {
  local directory applet name
  for directory in bin sbin lib lib64 lib/modules dev proc sys run tmp mnt tools host ans ans/steps ans/modules etc; do
    echo "dir /$directory 0755 0 0"
  done
  echo "nod /dev/console 0600 0 0 c 5 1"
  echo "file /bin/busybox $(command -v busybox) 0755 0 0"
  busybox --list-full | sed 's,^usr/,,' | sort -u | while read -r applet; do
    [ "$applet" = bin/busybox ] || echo "slink /$applet /bin/busybox 0777 0 0"
  done
  echo "slink /lib64/ld-linux-x86-64.so.2 /tools/lib/ld-linux-x86-64.so.2 0777 0 0"
  echo "file /init $guest/init 0755 0 0"
  echo "file /lib.sh $guest/lib.sh 0644 0 0"
  echo "file /etc/ans2emu-tools $part/tools-path 0644 0 0"
  echo "file /lib/modules/order $part/order 0644 0 0"
  for name in $(cat "$part/order") ans-mmio; do echo "file /lib/modules/$name.ko $part/ko/$name.ko 0644 0 0"; done
}

make_initramfs() {
  collect_modules
  collect_tools
  echo "$kit/tools" >"$part/tools-path"
  cpio_list >"$part/list"
  "$kernel_build/usr/gen_init_cpio" -t 0 "$part/list" >"$part/initramfs.cpio"
  "${cc[@]}" -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden -o "$part/preload.so" "$guest/preload/host.c"
  cp "$kernel_build/linux" "$part/linux"
  rm -r "$part/modules" "$part/ko" "$part/list" "$part/tools-path" "$part/order"
}

name_kit() { kit=$cache/kit-$flavour-$(kit_inputs | key_of); }

make_missing_kit() {
  make_kernel
  name_kit
  [ -e "$kit" ] && return 0
  install_missing "${tool_packages[@]}" "${run_packages[@]}" kmod
  name_kit
  part=$kit.part
  rm -rf "$part"
  mkdir -p "$part"
  logged kit "modules and root file system" make_initramfs
  mv "$part" "$kit"
}

# A kit that is there needs no lock: another flavour may be in the making.
kit_is_there() {
  [ -z "$kernel_src" ] || return 1
  name_debian_kernel
  [ -e "$kernel_build/release" ] || return 1
  kernel_release=$(cat "$kernel_build/release")
  name_kit
  [ -e "$kit" ]
}

make_kit() { kit_is_there || locked "$flavour" make_missing_kit; }

print_kit() {
  printf '{"flavour": "%s", "release": "%s", "kernel": "%s", "initramfs": "%s", "preload": "%s", "options": "%s", ' \
    "$flavour" "$kernel_release" "$kit/linux" "$kit/initramfs.cpio" "$kit/preload.so" "$guest/kernel.config"
  printf '"build": "%s"}\n' "$kernel_build"
}
