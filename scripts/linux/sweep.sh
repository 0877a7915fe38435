#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every action of the sweep, at every moment of every phase, against the unmodified Linux driver with KASAN, and how each of
# these runs ended, as a table. What has a result is not run again. docs/linux.md tells more.
# usage: scripts/linux/sweep.sh [-j JOBS] [-a ACTION] OUT [PHASE[.MOMENT]...]
set -euo pipefail
cd "$(dirname "$0")/../.."
sweep=scripts/linux/sweep
ans2emu=${ANS2EMU:-build/release/ans2emu}

misuse() { echo "usage: scripts/linux/sweep.sh [-j JOBS] [-a ACTION] OUT [PHASE[.MOMENT]...]" >&2; exit 2; }
jobs=1 only=
while getopts j:a: option; do
  case $option in j) jobs=$OPTARG ;; a) only=$OPTARG ;; *) misuse ;; esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || misuse
out=$1
shift

# lines FILE: without comments and empty ones.
lines() { sed -E '/^(#|[[:space:]]*$)/d' "$sweep/$1"; }

# as_json ACTION: "a.b key=value ... + c.d ..." as the `do` of a fault rule.
as_json() {
  sed -E 's/^/[{"action": "/; s/ \+ /"}, {"action": "/g; s/ ([a-z0-9_]+)=([^ "]+)/", "\1": "\2/g; s/$/"}]/
          s/: "([0-9.]+)"/: \1/g' <<<"$1"
}

# result_of PHASE.MOMENT ACTION: where the run's files are, without their suffix.
result_of() { echo "$out/$1/${2//[^a-zA-Z0-9._=+-]/_}"; }

run_pair() {
  local place=$1 when=$2 action=$3 result kept
  result=$(result_of "$place" "$action")
  [ -e "$result.json" ] && return
  mkdir -p "$out/$place"
  kept=$(mktemp -d)   # a short name: there are sockets in it
  "$ans2emu" run "$sweep/phases.json" --only "${place%%.*}" --keep "$kept" --report "json:$result.part" \
    --set "faults=[{\"id\": \"sweep\", \"when\": $when, \"do\": $(as_json "$action"), \"must_fire\": false}]" \
    >"$result.log" 2>&1 || true
  [ -s "$result.part" ] || { echo "sweep.sh: $place: $action: see $result.log" >&2; return; }
  # What comes after the power-off is an artefact: testbench/cosim/guest/README.md.
  head -c 1000000 "$kept"/*/life1/kernel.log >"$result.dmesg"
  sed -i '/reboot: Power down/q' "$result.dmesg"
  cp "$kept"/*/life1/steps.log "$result.steps"
  rm -r "$kept"
  mv "$result.part" "$result.json"
}

# each COMMAND...: the command, for each pair that is wanted: PHASE.MOMENT, `when`, action.
each() {
  local place when kind action
  while read -r place kind when; do
    [ $# -eq 1 ] || [[ " ${*:2} " =~ " "(${place%.*}|$place)" " ]] || continue
    while read -r action; do
      [ -z "$only" ] || [ "$action" = "$only" ] || continue
      "$1" "$place" "$when" "$action"
    done < <(lines actions.txt | awk -v all="$kind" '/^\[/ { on = all == "handshake" || $0 != "[handshake]"; next } on')
  done < <(lines moments.txt)
}

# classes RESULT: how the run ended, in words joined by +, a tab, and the kernel's line that tells it best.
classes() {
  awk '
    function add(class) { if (!(class in seen)) { seen[class] = 1; all = all (all == "" ? "" : "+") class } }
    function tell(rank, line) { if (rank > best) { best = rank; told = line } }
    FILENAME ~ /json$/ {
      if (/^ *"verdict": "broken"/) { add("hang"); tell(1, "no end within its real time") }
      if (/^ *"outcome": /) {
        if (/stuck/) add("hang")
        if (/guest_broken/) add("panic")
        if (/bus_/) add("bus_hang")
      }
      if (/^ *"fired": 0/) unfired = 1
      if (/^ *"rule": /) { rule = $2; gsub(/[",]/, "", rule) }
      if (/^ *"severity": "error"/) rules = rules (rules == "" ? "" : ",") rule
      next
    }
    FILENAME ~ /steps$/ {
      if (/sweep: lost/) add("lost")
      if (/sweep: (data|file [0-9]+) differs/) add("data")
      if (/sweep: e2fsck complains/) damaged = 1
      if (/sweep: (no disk|controller gone)/) gone = 1
      if (/sweep: [a-z]+ failed/) said = 1
      next
    }
    { line = $0; sub(/^\[[^]]*\] */, "", line) }
    /BUG: KASAN/ { add("KASAN"); tell(9, line) }
    /Kernel panic/ { add("panic"); tell(8, line) }
    /WARNING: CPU|BUG: [^K]|nobody cared|Oops/ { add("WARN"); tell(7, line) }
    /INFO: task .* blocked/ { add("lost"); tell(6, line) }
    /timeout|[Uu]nable|[Ff]ail|crashed|error|did not|out of range|unknown|no free|[Ii]nvalid|Duplicate/ {
      said = 1; tell(3, line)
    }
    END {
      if (damaged && !said) add("data")
      if (rules != "") add("rules:" rules)
      if (all == "") all = gone ? "gone" : said ? "error said" : unfired ? "not fired" : "fine"
      print all "\t" told
    }' "$1.json" "$1.steps" "$1.dmesg"
}

tell_pair() {
  local result
  result=$(result_of "$1" "$3")
  if [ -e "$result.json" ]; then printf '%s\t%s\t%s\n' "$1" "$3" "$(classes "$result")"; fi
}

in_parallel() {
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || true; done
  run_pair "$@" </dev/null &
}

each in_parallel "$@"
wait
each tell_pair "$@"
