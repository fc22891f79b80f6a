# The first process of a lane (bin/lane.js), in new network, mount and process namespaces. With it everything in the lane
# ends; it ends when its standard input does, so also when whoever opened the lane was killed.
# $1: the lane's folder, removed in the end.
set -e
folder=$1
resolver=$(readlink -f /etc/resolv.conf || true)
[ ! -f "$resolver" ] || cp "$resolver" "$folder/resolv.conf"
# /sys shows the network namespace that it was mounted in; control groups stay the machine's.
mkdir "$folder/cgroup"
mount --rbind /sys/fs/cgroup "$folder/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$folder/cgroup" /sys/fs/cgroup
umount -l "$folder/cgroup"
# Sockets, locks and process ids of the machine's engine are not the lane's.
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/docker /run/netns
: >/run/lane
if [ -f "$folder/resolv.conf" ] && [ ! -e "$resolver" ]; then
  mkdir -p "$(dirname "$resolver")"
  cp "$folder/resolv.conf" "$resolver"
fi
# An address as a machine has one, and no way out: what is sent astray stays here.
ip link set lo up
ip link add eth0 type veth peer name uplink
ip address add 192.0.2.2/24 dev eth0
ip link set eth0 up
ip link set uplink up
# As on most machines, the engine turns forwarding on itself, and then forwards only what a rule allows.
echo 0 >/proc/sys/net/ipv4/ip_forward
dockerd --data-root "$folder/docker" >"$folder/dockerd.log" 2>&1 &
engine=$!
cat >/dev/null
kill "$engine" && wait "$engine" || true
rm -rf --one-file-system "$folder"
