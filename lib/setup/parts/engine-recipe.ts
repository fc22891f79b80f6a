import { type ImageRecipe, REMOVED } from "./image-recipe";

/**
 * The image that throw-away engines run from: Debian's own Docker, and the tools for looking at networks from its host.
 * A container of it is a host: its dockerd has containers, networks, bridges and ports of its own.
 */

const PACKAGES = [
  // the engine
  "ca-certificates",
  "containerd",
  "docker.io",
  "iptables",
  "runc",
  // the tools
  "curl",
  "iproute2",
  "iputils-ping",
  "net-tools",
  // A host may also play a real machine, which one reaches by ssh; nothing starts it by itself.
  "openssh-server",
  "procps",
  "tcpdump",
  // what they and the entrypoint stand on
  "base-files",
  "bash",
  "coreutils",
  "dash",
  "debianutils",
  "grep",
  "gzip",
  "hostname",
  "kmod",
  "libc-bin",
  "mawk",
  "mount",
  "netbase",
  "sed",
  "tar",
  "util-linux",
  "xz-utils",
];

/** Programs of the packages that no engine of a lab runs; they are large. */
const UNUSED = [
  "usr/bin/containerd-shim",
  "usr/bin/containerd-shim-runc-v1",
  "usr/bin/containerd-stress",
  "usr/bin/ctr",
  "usr/bin/dnet",
  "usr/bin/perl",
  "usr/bin/perl5.36.0",
];

const USERS = `root:x:0:0:root:/root:/bin/bash
tcpdump:x:102:102::/nonexistent:/usr/sbin/nologin
sshd:x:103:65534::/run/sshd:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;

const GROUPS = `root:x:0:
tty:x:5:
docker:x:101:
tcpdump:x:102:
nogroup:x:65534:
`;

/**
 * What the engine mounts read-only for every container is made writable (control groups and kernel parameters of its
 * own namespaces); images are loaded before the engine counts as ready, so that nothing that follows has to wait.
 */
const ENTRYPOINT = `#!/bin/sh
set -e
rm -rf /run/docker /run/docker.pid /run/docker.sock /engine/docker.sock /run/ready
awk '$5 ~ "^/(proc/sys|sys/fs/cgroup)" && $6 ~ "(^|,)ro(,|$)" { print $5 }' /proc/self/mountinfo |
  while read -r path; do mount -o remount,rw,bind "$path"; done
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  # Control groups of version 2 hold either processes or groups below them.
  mkdir -p /sys/fs/cgroup/init
  while read -r process; do echo "$process" >/sys/fs/cgroup/init/cgroup.procs || true; done </sys/fs/cgroup/cgroup.procs
  sed -e 's/ / +/g' -e 's/^/+/' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
fi
# As for an engine that set-up starts: a kernel without nftables wants the other form of iptables. Only making tells.
makes_chains() { unshare --net "$1" --table nat --new-chain probe 2>/dev/null; }
if ! makes_chains iptables && makes_chains iptables-legacy; then
  for program in iptables ip6tables; do
    for name in $program $program-save $program-restore; do ln -sf xtables-legacy-multi "/usr/sbin/$name"; done
  done
fi
dockerd --host unix:///run/docker.sock --host unix:///engine/docker.sock "$@" &
engine=$!
trap 'kill -TERM "$engine"' TERM INT
until docker version >/dev/null 2>&1; do
  kill -0 "$engine"
  sleep 0.1
done
for archive in /images/*.tar; do
  loaded=/var/lib/docker/loaded-$(basename "$archive")
  if [ -f "$archive" ] && [ ! "$loaded" -nt "$archive" ]; then
    docker load --quiet --input "$archive"
    touch "$loaded"
  fi
done
touch /run/ready
# A signal ends the first wait before the engine has ended.
wait "$engine" || wait "$engine"
`;

export const engineRecipe: ImageRecipe = {
  packages: PACKAGES,
  // /var/run is a link below.
  removed: [...REMOVED, ...UNUSED, "var/run"],
  folders: {
    engine: 0o700,
    images: 0o755,
    proc: 0o555,
    sys: 0o555,
    dev: 0o755,
    run: 0o755,
    tmp: 0o1777,
    "var/tmp": 0o1777,
    "var/lib/docker": 0o710,
  },
  links: {
    "var/run": "/run",
    "usr/bin/awk": "mawk",
    ...Object.fromEntries(
      ["iptables", "ip6tables"].flatMap((program) =>
        ["", "-save", "-restore"].map((suffix) => [`usr/sbin/${program}${suffix}`, "xtables-nft-multi"]),
      ),
    ),
  },
  files: {
    "etc/passwd": { content: USERS },
    "etc/group": { content: GROUPS },
    "etc/shadow": { content: "root:*:19000:0:99999:7:::\n", mode: 0o600 },
    "etc/nsswitch.conf": {
      content: "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
    },
    // The engine mounts its own over these.
    "etc/resolv.conf": { content: "" },
    "etc/hostname": { content: "localhost\n" },
    "engine-entrypoint.sh": { content: ENTRYPOINT, mode: 0o755 },
  },
  metadata: [
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "VOLUME /var/lib/docker",
    "STOPSIGNAL SIGTERM",
    'ENTRYPOINT ["/engine-entrypoint.sh"]',
  ],
};
