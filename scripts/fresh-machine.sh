#!/usr/bin/env bash
# Measures the newcomer's path on a machine with nothing installed: `npm run fresh-machine`, as root on Debian or Ubuntu.
#
# The machine is a bare copy of this one's distribution in a temporary folder, with certificates, node and npm, and a
# fresh clone of HEAD. It has its own mount, pid, uts, ipc and network namespaces and a root of its own (pivot_root, not
# chroot): an engine in it shares nothing with this machine's, and may take the same ports, bridges and rules.
#
# Its network is slirp4netns, which carries its connections from a process of its own: no interface, no address and no
# packet filter rule appears on this machine, where other engines and other people's checks may be at work.
set -euo pipefail

usage() {
  cat <<'END'
usage: npm run fresh-machine [-- --test | --killed-engine | --provision]

  (nothing)         npm start (limit 120 s), npm start again (limit 5 s), npm stop, on a bare machine
  --killed-engine   between two starts kills the engine, then everything that runs, both with SIGKILL
  --test            npm test (limit 15 min) as in CI
  --provision       vagrant/provision.sh, again (nothing may change), npm start, npm stop
END
}

mode=${1-}
case $mode in
'' | --test | --killed-engine | --provision) ;;
--help) usage && exit ;;
*) usage >&2 && exit 64 ;;
esac

project=$(cd "$(dirname "$0")/.." && pwd)
clone=/root/docker-network-labs

fail() {
  printf '%s\n' "fresh-machine: $*" >&2
  exit 3
}

[ "$(id -u)" = 0 ] || fail "needs root: sudo npm run fresh-machine"
missing=()
for program in curl git mmdebstrap slirp4netns; do
  type -P "$program" >/dev/null || missing+=("$program")
done
[ ${#missing[@]} = 0 ] || fail "needs more programs
  apt-get install -y --no-install-recommends ${missing[*]}"

load=$(cut -d ' ' -f 1 /proc/loadavg)
work=$(mktemp -d "${TMPDIR:-/var/tmp}/fresh-machine.XXXXXX")
root=$work/root
init=
helpers=()
job=

# Everything in the machine ends with its first process, mounts and network included; what is left is the folder, and
# the control groups of containers that had no time to end in order.
remove_machine() {
  trap '' INT TERM HUP
  # Off a terminal whoever read the output may be gone: removing matters more than saying so.
  trap '' PIPE
  [ -z "$init" ] || kill -KILL "$init" 2>/dev/null || true
  [ ${#helpers[@]} = 0 ] || kill "${helpers[@]}" 2>/dev/null || true
  while [ -n "$init" ] && [ -e "/proc/$init" ]; do sleep 0.1; done
  [ -z "$job" ] || kill -- "-$job" 2>/dev/null || true
  while [ -n "$job" ] && kill -0 -- "-$job" 2>/dev/null; do sleep 0.1; done
  for container in "$root"/var/lib/docker/containers/*; do
    [ -d "$container" ] || continue # no containers: the pattern itself
    find /sys/fs/cgroup -depth -type d -path "*/${container##*/}*" -exec rmdir {} + 2>/dev/null || true
  done
  rm -rf --one-file-system "$work"
}
trap remove_machine EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The shell hears signals at once only while it waits. What it waits for is a process group, to be ended as a whole.
run() {
  set -m
  "$@" &
  set +m
  job=$!
  local status=0
  wait "$job" || status=$?
  job= # its id may soon be another's
  return "$status"
}

# --- the machine's disk ------------------------------------------------------------------------------------------------

# Copies files and folders to the same place in the machine. What is absent here is absent there.
copy() {
  local path
  for path in "$@"; do
    [ -e "$path" ] || continue
    mkdir -p "$root${path%/*}"
    cp --archive -H --no-target-directory "$path" "$root$path"
  done
}

build_disk() {
  shopt -s nullglob
  local sources=(/etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources)
  [ -e /etc/apt/sources.list ] || sources=("${sources[@]:1}")
  shopt -u nullglob
  # How apt reaches its sources here: proxies, certificates. Its hooks are left behind; they call what is not there.
  apt-config dump | grep '^Acquire::' >"$work/apt.conf" || true
  mmdebstrap --quiet --mode=root --variant=minbase --include=ca-certificates --aptopt="$work/apt.conf" \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" "${sources[@]}"
  cp "$work/apt.conf" "$root/etc/apt/apt.conf.d/99fresh-machine"
  copy "${sources[@]}" /etc/apt/{auth.conf,auth.conf.d,keyrings,preferences,preferences.d,trusted.gpg,trusted.gpg.d}
  copy /usr/share/keyrings /usr/local/share/ca-certificates /etc/ssl/certs
  printf '127.0.0.1 localhost fresh-machine\n' >"$root/etc/hosts"
  printf 'fresh-machine\n' >"$root/etc/hostname"
  printf 'nameserver 198.18.0.3\n' >"$root/etc/resolv.conf"
}

copy_node() {
  local node npm library file
  node=$(node -p process.execPath)
  npm=$(readlink -f "$(type -P npm)")
  install -D "$node" "$root/usr/local/bin/node"
  for library in $(ldd "$node" | grep -o '/[^ ]*' || true); do
    [ -e "$root$library" ] || copy "$library"
  done
  # Debian's own npm shares its modules with other packages.
  file=${npm%/bin/*}
  [ -d "$file/node_modules" ] || file=${file%/*}
  copy "$file"
  ln -s "$npm" "$root/usr/local/bin/npm"
  ln -s "${npm%/*}/npx-cli.js" "$root/usr/local/bin/npx"
}

# npm's settings, and every certificate file that a variable or npm names.
copy_settings() {
  local file
  file=$(npm config get userconfig 2>/dev/null)
  [ ! -f "$file" ] || install -D "$file" "$root/root/.npmrc"
  file=$(npm config get globalconfig 2>/dev/null)
  [ ! -f "$file" ] || install -D "$file" "$root/usr/local/etc/npmrc"
  for file in "$(npm config get cafile 2>/dev/null)" $(settings | sed 's/^[^=]*=//'); do
    if [ -f "$file" ] && [ ! -e "$root$file" ]; then copy "$file"; fi
  done
}

# The variables by which programs find proxies, certificates and npm's registry. Nothing else of this shell goes inside.
settings() {
  env | grep -iE '^([a-z]+_proxy|npm_config_registry|[a-z0-9_]*(CERT|CA_BUNDLE|CAINFO)[a-z0-9_]*)=' || true
}

# As in the virtual machine that the script is for: a user who may call sudo, and no Node if it can be downloaded.
prepare_provision() {
  chroot "$root" useradd --create-home --shell /bin/bash vagrant
  # Nothing here starts services, as systemd does there; `npm start` starts the engine.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  if curl -fsS -o /dev/null --max-time 5 https://nodejs.org/dist/ 2>/dev/null; then
    echo "Node: not copied, its site answers"
  else
    copy_node
    echo "Node: copied from this machine, since its site does not answer"
  fi
}

# Terraform's vendor is not reachable from everywhere: then this machine's own is copied, which the measure must tell.
copy_terraform() {
  local program
  if curl -fsS -o /dev/null --max-time 5 https://releases.hashicorp.com/terraform/ 2>/dev/null; then
    echo "Terraform: not copied, its vendor's site answers"
    return
  fi
  program=$(type -P terraform || type -P tofu) || fail "Terraform's site does not answer, and there is none to copy"
  install "$(readlink -f "$program")" "$root/usr/local/bin/${program##*/}"
  echo "Terraform: copied from this machine, since its vendor's site does not answer"
}

# --- the machine running -----------------------------------------------------------------------------------------------

# The first process: makes the folder the root, then reaps what others leave, as an init does.
BOOT='
set -e
read -r pid _ </proc/self/stat # the id outside, as long as /proc is the one from outside
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
  IFS=: read -r name major minor <<<"$device"
  mknod -m 666 "dev/$name" c "$major" "$minor"
done
hostname fresh-machine
ip link set lo up
echo "$pid" >"$2/init.new"
mv "$2/init.new" "$2/init"
pivot_root . .
umount --lazy .
exec chroot . /bin/bash -c "while :; do sleep 1 & wait; done" </dev/null
'

wait_for() {
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    [ ! -s "$1" ] || return 0
    sleep 0.1
  done
  fail "the machine does not start
$(cat "$work"/*.log)"
}

start_machine() {
  unshare --mount --pid --uts --ipc --net --fork --kill-child bash -c "$BOOT" boot "$root" "$work" \
    >"$work/boot.log" 2>&1 &
  helpers+=($!)
  wait_for "$work/init"
  init=$(cat "$work/init")
  # Addresses for tests of networks (RFC 2544): no lab and no person's network has them.
  slirp4netns --configure --mtu=65520 --cidr=198.18.0.0/24 --disable-host-loopback --ready-fd=3 "$init" tap0 \
    3>"$work/network" >"$work/network.log" 2>&1 &
  helpers+=($!)
  wait_for "$work/network"
}

# Runs a command in the machine, in the clone, with nothing to read. One that hangs is ended.
inside() {
  local variables
  mapfile -t variables < <(settings)
  [ "$mode" != --test ] || variables+=(CI=true)
  [ "$mode" != --provision ] || variables+=(SUDO_USER=vagrant)
  nsenter --target "$init" --mount --pid --uts --ipc --net \
    env --ignore-environment --chdir="$clone" "${variables[@]}" HOME=/root LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin timeout 1800 "$@" </dev/null
}

# --- what is measured --------------------------------------------------------------------------------------------------

table=()
failed=0

# measure NAME LIMIT COMMAND…: runs it in the machine, and notes how long it took and whether it was right.
measure() {
  local name=$1 limit=$2 began=$EPOCHREALTIME right=yes shown seconds
  shift 2
  printf '\n[fresh-machine] %s: %s\n' "$name" "$*"
  run logged inside "$@" || right=no
  seconds=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $began }")
  shown=$(proof "$*") || right=no
  if awk "BEGIN { exit !($limit && $seconds > $limit) }"; then
    shown="too slow; $shown"
    right=no
  fi
  [ $right = yes ] || failed=1
  shown="$shown; load $(cut -d ' ' -f 1 /proc/loadavg)"
  table+=("$(printf '%-30s %7s s %7s  %-5s  %s' "$name" "$seconds" "${limit/#0/-}" $right "$shown")")
}

logged() { "$@" 2>&1 | tee "$work/log"; }

# Every file of the machine, with owner, mode, size and the time when anything of it was last changed.
list_disk() {
  find "$root" -xdev \( -path "$root/proc" -o -path "$root/tmp" -o -path "$root/run" \) -prune -o \
    -printf '%P %u:%g %m %s %C@\n' | sort
}

# What shows that a command did what it is for, whatever it says of itself.
proof() {
  case $1 in
  'npm start')
    local passed
    passed=$(sed -n 's/^ *✓ checks: \([1-9][0-9]*\) passed, 0 failed.*/\1/p' "$work/log" | paste -sd+)
    echo "checks passed: ${passed:-none}"
    [[ $passed == *+* ]]
    ;;
  'npm stop')
    local left
    left=$(inside sh -c 'docker ps --all --quiet; docker network ls --quiet --filter type=custom; docker volume ls --quiet') || return 1
    echo "left: ${left:-nothing}"
    [ -z "$left" ]
    ;;
  'bash vagrant/provision.sh')
    # Again, it must leave every file as it is, and say so.
    local changes
    list_disk >"$work/disk.new"
    if [ -e "$work/disk" ]; then
      changes=$(diff "$work/disk" "$work/disk.new" | grep -c '^[<>]' || true)
      echo "files that differ: $changes"
      [ "$changes" = 0 ] && grep -q '^nothing to install' "$work/log"
    else
      mv "$work/disk.new" "$work/disk"
      echo "$(inside id -nG vagrant): $(grep -c ' → ' "$work/log") actions"
      inside sh -c 'npm --version && docker --version && dockerd --version && id -nG vagrant | grep -qw docker' >/dev/null
    fi
    ;;
  'npm test')
    tail -n 1 "$work/log"
    ;;
  esac
}

# kill_inside WHAT SHELL-COMMAND
kill_inside() {
  printf '\n[fresh-machine] %s\n' "$1"
  # The command may be among what it kills.
  (inside bash -c "$2") 2>/dev/null || true
  sleep 1
}

echo "[fresh-machine] building a bare machine in $work"
run build_disk
if [ "$mode" = --provision ]; then prepare_provision; else copy_node; fi
copy_settings
copy_terraform
git clone --quiet "$project" "$root$clone"
[ -z "$(git -C "$project" status --porcelain)" ] || echo "changes that are not committed are not measured"
start_machine
printf '%s, node %s, commit %s\n' "$(. "$root/etc/os-release" && echo "$PRETTY_NAME")" "$(inside node --version)" \
  "$(git -C "$project" log -1 --format='%h %s')"

case $mode in
--provision)
  measure 'provisioning' 0 bash vagrant/provision.sh
  measure 'provisioning again' 5 bash vagrant/provision.sh
  measure 'start' 120 npm start
  measure 'stop' 0 npm stop
  ;;
--test)
  measure 'npm test' 900 npm test
  ;;
--killed-engine)
  measure 'first start' 0 npm start
  kill_inside 'the engine is killed; its containers run on' 'kill -KILL "$(cat /run/docker.pid)"'
  measure 'after the engine was killed' 0 npm start
  kill_inside 'everything is killed, as by a power cut; all files stay' 'kill -KILL -1'
  measure 'after everything was killed' 0 npm start
  measure 'stop' 0 npm stop
  ;;
*)
  measure 'first start' 120 npm start
  measure 'second start' 5 npm start
  measure 'stop' 0 npm stop
  ;;
esac

printf '\n%-30s %9s %7s  %s\n' '' took limit right
printf '%s\n' "${table[@]}"
echo "load: of this whole machine, on $(nproc) processors, at the end of each step; it was $load at the beginning"
exit "$failed"
