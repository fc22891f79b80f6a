#!/usr/bin/env bash
# Runs a command on a kernel with every module that a lab may need: `npm run capable-kernel`, as root on Debian.
#
# The kernel is Debian's User Mode Linux, which is a program like others: it needs neither hardware virtualisation nor a
# disk image. Its machine has this one's files, this project's too, and keeps what it writes in memory; it has an engine of
# its own, and no network but a dummy interface. All of it ends with the program.
set -euo pipefail

usage() {
  cat <<'END'
usage: npm run capable-kernel [-- COMMAND [ARGUMENT…]]

Runs COMMAND in this project's folder, as root, and ends with its exit code. Without one, each lab that kernels may be too
small for (ipvlan, vlan, overlay-services, overlay-encrypted) is brought up, planned again (nothing may change), checked,
probed by its matrix, and taken down.

  npm run capable-kernel -- env LAB_MUTANTS=ipvlan npm run mutants -- -t "lab ipvlan"
END
}

LABS='set -e
for lab in ipvlan vlan overlay-services overlay-encrypted; do
  node bin/lab.js up "$lab"
  stack=cdktf.out/stacks/$lab
  terraform -chdir="$stack" init -no-color >/dev/null
  echo "a second plan of $lab:"
  terraform -chdir="$stack" plan -no-color -detailed-exitcode
  node bin/lab.js check "$lab"
  node bin/lab.js matrix "$lab" --probe
  node bin/lab.js down "$lab"
done'

case ${1-} in
'') set -- bash -c "$LABS" ;;
--help) usage && exit ;;
-*) usage >&2 && exit 64 ;;
esac

project=$(cd "$(dirname "$0")/.." && pwd)
images=(docker-network-labs/{nginx,toolbox,engine}:local)
shown="$*"
[ "$shown" != "bash -c $LABS" ] || shown='the labs that take a capable kernel'

say() { printf '[capable-kernel] %s\n' "$*"; }
fail() {
  printf '%s\n' "capable-kernel: $*" >&2
  exit 3
}

[ "$(id -u)" = 0 ] || fail "needs root: sudo npm run capable-kernel"
type -P apt-get >/dev/null || fail "needs Debian or Ubuntu, which have User Mode Linux as a package"
packages=()
for one in linux.uml:user-mode-linux modprobe:kmod iptables-legacy:iptables ip:iproute2 dockerd:docker.io; do
  type -P "${one%:*}" >/dev/null || packages+=("${one#*:}")
done
if [ ${#packages[@]} != 0 ]; then
  say "→ apt-get install ${packages[*]}"
  apt-get install --yes --no-install-recommends "${packages[@]}" >/dev/null || fail "those packages cannot be installed"
fi
docker image inspect "${images[@]}" >/dev/null 2>&1 || fail "needs the images of the labs
  npx lab setup overlay"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/capable-kernel.XXXXXX")
job=

remove_machine() {
  trap '' INT TERM HUP PIPE
  [ -z "$job" ] || kill -KILL -- "-$job" 2>/dev/null || true
  while [ -n "$job" ] && kill -0 -- "-$job" 2>/dev/null; do sleep 0.1; done
  rm -rf --one-file-system "$work"
}
trap remove_machine EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# --- inside ------------------------------------------------------------------------------------------------------------

# The first process: this machine's files under a layer in memory become the root.
INIT='
set -e
# Where the list of mounts is a file, it is not of this machine.
mount() { command mount --no-mtab "$@"; }
kernel=$(uname -r)
modules=/usr/lib/uml/modules/$kernel
mount -t proc proc /proc
mount -t tmpfs -o size=100% tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
insmod "$modules/kernel/fs/overlayfs/overlay.ko"
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
cd /mnt/root
mkdir -p "lib/modules/$kernel" old
mount --bind "$modules" "lib/modules/$kernel"
mount --move /proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs dev dev
mkdir -p dev/pts dev/shm
mount -t devpts devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock run/netns var/lib/docker
mount -t tmpfs -o size=100% tmpfs var/lib/docker
mount -t tmpfs tmpfs sys/fs/cgroup
for controller in cpu cpuacct memory devices freezer blkio pids cpuset net_cls; do
  mkdir "sys/fs/cgroup/$controller"
  mount -t cgroup -o "$controller" cgroup "sys/fs/cgroup/$controller" || rmdir "sys/fs/cgroup/$controller"
done
pivot_root . old
exec chroot . /bin/bash "$work/machine"
'

# Then the machine: its network, its engine, and the command, whose output goes to the second console.
MACHINE='
ln -sf /proc/mounts /etc/mtab
umount --lazy /old
mount -t hostfs -o "$work/out" none /mnt
exec 3>/dev/tty1
stty -opost <&3
halt() {
  echo "$1" >/mnt/exit
  umount /mnt
  echo o >/proc/sysrq-trigger
  sleep infinity
}
set -e
trap "halt failed" ERR
for program in iptables ip6tables; do update-alternatives --set $program /usr/sbin/$program-legacy; done
# By what it was built with a kernel tells what it can.
modprobe configs
hostname capable-kernel
ip link set lo up
# An address for documentation (RFC 5737), on an interface that drops all; without a default route nobody waits for answers.
ip link add eth0 type dummy
ip address add 192.0.2.2/24 dev eth0
ip link set eth0 up
dockerd >/var/log/dockerd.log 2>&1 &
engine=$!
until docker version >/dev/null 2>&1; do
  kill -0 $engine || { tail -n 5 /var/log/dockerd.log && halt failed; }
  sleep 0.2
done
docker load --quiet --input "$work/images.tar"
cd "$project"
trap - ERR
set +e
bash "$work/command" </dev/null 2>&1 | cat >&3
halt "${PIPESTATUS[0]}"
'

# --- outside -----------------------------------------------------------------------------------------------------------

# On one processor programs start several times as fast in it as on two.
boot() {
  # shellcheck disable=SC2094
  TMPDIR=/dev/shm taskset --cpu-list "$(taskset -cp $$ | grep -o '[0-9]*$')" linux.uml mem=6G uml_dir="$work/uml" umid=capable \
    root=/dev/root rootfstype=hostfs rootflags=/ ro init="$work/init" con=null con0=null,fd:1 con1=null,fd:3 \
    3>&1 >"$work/console.log" 2>&1 </dev/null | cat
}

mkdir "$work/out"
settings=$(printf 'work=%q project=%q\nexport PATH=%q HOME=/root LANG=C.UTF-8\n' "$work" "$project" \
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH")
printf '#!/bin/bash\n%s\n%s' "$settings" "$INIT" >"$work/init"
printf '%s\n%s' "$settings" "$MACHINE" >"$work/machine"
printf '%q ' "$@" >"$work/command"
chmod +x "$work/init"
say "docker save ${images[*]}"
docker save --output "$work/images.tar" "${images[@]}"

began=$SECONDS
say "booting $(linux.uml --version | head -n 1) (User Mode Linux)"
set -m
boot &
set +m
job=$!
wait "$job" || true
job=
status=$(cat "$work/out/exit" 2>/dev/null || echo none)
[[ $status =~ ^[0-9]+$ ]] || fail "the machine did not come up, or ended by itself
$(grep -v "^ *\[<\|^Modules\|^Call Trace" "$work/console.log" | tail -n 20)"
say "$shown: exit $status after $(((SECONDS - began) / 60)) min $(((SECONDS - began) % 60)) s"
exit "$status"
