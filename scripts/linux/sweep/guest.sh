# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What the steps of the sweep's phases do in the guest. Each says on the console what came of it ("sweep: ..."), and none
# waits longer than 300 s: a request that is lost must not keep the others from being told.

sweep_disk() {
  for disk in /dev/nvme?n?; do
    [ -b "$disk" ] && echo "$disk" && return 0
  done
  return 1
}

# sweep_within COMMAND...: the command, 300 s at most.
sweep_within() {
  rm -f /run/ended
  ("$@"; : >/run/ended) &
  ans_wait 300000 [ -e /run/ended ] || echo "sweep: lost: $1"
}

sweep_state() { echo "sweep: controller $(cat /sys/class/nvme/*/state 2>/dev/null || echo gone)"; }

# sweep_move N: writes 1 MiB past the page cache, in the N-th place, and reads it back.
sweep_move() {
  disk=$(sweep_disk) || { echo "sweep: no disk"; return 1; }
  dd if=/run/data of="$disk" bs=64k seek=$((16 * $1)) oflag=direct || { echo "sweep: write failed"; return 1; }
  dd if="$disk" of="/run/back.$1" bs=64k skip=$((16 * $1)) count=16 iflag=direct || { echo "sweep: read failed"; return 1; }
  cmp /run/data "/run/back.$1" || { echo "sweep: data differs"; return 1; }
}

# sweep_use: some of everything, a flush too.
sweep_use() {
  dd if=/dev/urandom of=/run/data bs=64k count=16
  sweep_move 32 && { dd if=/run/data of="$(sweep_disk)" bs=4k conv=fsync || echo "sweep: write failed"; }
}

# sweep_parallel ROUNDS: four processes at a time.
sweep_parallel() {
  dd if=/dev/urandom of=/run/data bs=64k count=16
  for round in $(seq "$1"); do
    for place in 1 2 3 4; do sweep_move $place & done
    wait
  done
}

# sweep_files DIRECTORY ROUNDS: files that are flushed, then read past the cache.
sweep_files() {
  dd if=/dev/urandom of=/run/data bs=64k count=16
  for round in $(seq "$2"); do
    dd if=/run/data of="$1/$round" bs=16k conv=fsync || { echo "sweep: write failed"; return; }
    echo 3 >/proc/sys/vm/drop_caches
    cmp /run/data "$1/$round" || echo "sweep: file $round differs"
    usleep 1000
  done
}

sweep_leave() {
  umount /mnt || echo "sweep: umount failed"
  e2fsck -fn "$(sweep_disk)" || echo "sweep: e2fsck complains"
}

sweep_rebind() {
  ans_unbind || echo "sweep: unbind failed"
  usleep 100000
  ans_bind || echo "sweep: bind failed"
  ans_wait 20000 sweep_disk >/dev/null
}

# sweep_suspend freeze|mem: while four processes are at work.
sweep_suspend() {
  echo N >/sys/module/printk/parameters/console_suspend
  sweep_parallel 8 &
  usleep 3000
  ans_suspend "$1" 2 || echo "sweep: suspend failed"
  wait
}
