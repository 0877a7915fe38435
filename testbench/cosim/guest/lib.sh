# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# Helpers for the steps of a scenario; each step's shell has read this. Names with ans_ are for steps.

# ans_wait MS COMMAND...: runs the command until it succeeds, every 2 ms at first and ever more rarely, as each sleep is a
# new process; fails when it has not after MS milliseconds.
ans_wait() {
  ans_wait_left=$1
  ans_wait_step=2
  shift
  until "$@"; do
    [ "$ans_wait_left" -gt 0 ] || return 1
    usleep $((ans_wait_step * 1000))
    ans_wait_left=$((ans_wait_left - ans_wait_step))
    ans_wait_step=$((ans_wait_step + ans_wait_step / 8 + (ans_wait_step < 8)))
  done
}

# ans_load: the drivers in their order, less those that are loaded, with the scenario's parameters.
ans_load() {
  while read -r name; do
    grep -q "^$(echo "$name" | tr - _) " /proc/modules && continue
    [ -e "/lib/modules/$name.ko" ] || continue
    ans_insmod "$name" || { echo "ans_load: module $name cannot be loaded"; return 1; }
  done </lib/modules/order
}

# ans_insmod NAME [KEY=VALUE...]: one module, with the scenario's parameters and then those given.
ans_insmod() {
  ans_module=$1
  shift
  # shellcheck disable=SC2046 # one word a parameter
  insmod "/lib/modules/$ans_module.ko" $(ans_parameters "$ans_module") "$@"
}

# ans_parameters NAME: what the scenario's parameters say of the module.
ans_parameters() {
  [ -e /ans/parameters ] || return 0
  while read -r name parameters; do
    [ "$(echo "$name" | tr _ -)" = "$1" ] && echo "$parameters"
  done </ans/parameters
  return 0
}

# ans_device: the NVMe controller's platform device, whether a driver is bound to it or not.
ans_device() {
  for device in /sys/bus/platform/devices/*; do
    if grep -q 'nvme-ans2' "$device/of_node/compatible" 2>/dev/null; then
      basename "$device"
      return 0
    fi
  done
  echo "ans_device: no NVMe controller in the device tree" >&2
  return 1
}

# ans_unbind, ans_bind: takes the driver off the controller, and puts it on again.
ans_unbind() { ans_device >/run/device && cat /run/device >/sys/bus/platform/drivers/nvme-apple/unbind; }
ans_bind() { ans_device >/run/device && cat /run/device >/sys/bus/platform/drivers/nvme-apple/bind; }

# ans_unload [MODULE...]: takes modules out: those named, or nvme-apple, nvme-core, apple-sart, apple-rtkit,
# apple-mailbox.
ans_unload() {
  [ $# -gt 0 ] || set -- nvme-apple nvme-core apple-sart apple-rtkit apple-mailbox
  for name in "$@"; do
    rmmod "$(echo "$name" | tr - _)" || return 1
  done
}

# ans_reload: takes the driver out and puts it back, and waits for the disk.
ans_reload() { ans_unload nvme-apple && ans_load && ans_await_disk; }

# ans_await_disk: until the disk and its partitions are there, 20 s at most.
ans_await_disk() { ans_wait 20000 [ -e /dev/ng0n1 ]; }

# ans_await_state STATE [MS]: until the driver has the controller in that state; 60 s unless told.
# shellcheck disable=SC2120 # the scenarios give it
ans_await_state() { ans_wait "${2:-60000}" ans_is "$1"; }
ans_is() { [ "$(ans_state)" = "$1" ]; }

# ans_suspend freeze|mem SECONDS: suspends, and the clock wakes the machine up.
ans_suspend() {
  echo 0 >/sys/class/rtc/rtc0/wakealarm
  echo "+$2" >/sys/class/rtc/rtc0/wakealarm || return 1
  echo "$1" >/sys/power/state
}

# ans_rescan: has the controller look for its namespaces again.
ans_rescan() { echo 1 >/sys/class/nvme/nvme0/rescan_controller; }

# ans_reset: resets the controller, as `nvme reset` does; returns when the driver has done it.
ans_reset() { echo 1 >/sys/class/nvme/nvme0/reset_controller; }

# ans_state: the controller's state as the driver has it: live, resetting, deleting...
ans_state() { cat /sys/class/nvme/nvme0/state 2>/dev/null || echo gone; }

# ans_file_sums DIRECTORY: one line a file, sha256 and path, in the order of paths.
ans_file_sums() { (cd "$1" && find . -xdev -type f | sort | tr '\n' '\0' | xargs -0 -r sha256sum); }

# ans_fio OPTION...: fio in the machine's time (its own clock is the host's), the same offsets and data in each run.
ans_fio() { fio --clocksource=clock_gettime --randrepeat=1 --allrandrepeat=1 --thread --eta=never "$@"; }

# ans_drop_caches: what is read next comes from the disk.
ans_drop_caches() { sync; echo 3 >/proc/sys/vm/drop_caches; }

# ans_stop_all: ends every process but the first, writes everything, and takes off every disk's file system.
ans_stop_all() {
  kill -TERM -1 2>/dev/null
  usleep 20000
  kill -KILL -1 2>/dev/null
  sync
  ans_left=0
  awk '$1 ~ "^/dev/" { print $2 }' /proc/mounts | sort -r >/run/mounted
  while read -r mounted; do
    umount "$mounted" || { mount -o remount,ro "$mounted"; ans_left=1; }
  done </run/mounted
  return $ans_left
}
