#!/usr/bin/env bash
# Makes an Ubuntu or Debian machine ready for `npm start`: Node, Docker's engine, and the tools that the checks type.
# Installs what is absent, and nothing else; says every action before it is done; run again, changes nothing.
# Terraform, its providers and the images are brought by `npm start` itself.
#
# `vagrant up` runs it as root. On a machine of another kind: sudo bash vagrant/provision.sh
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# Of https://nodejs.org/dist/v22.22.0/SHASUMS256.txt
node_version=22.22.0
node_checksum_x64=9aa8e9d2298ab68c600bd6fb86a6c13bce11a4eca1ba9b39d79fa021755d7c37
node_checksum_arm64=1bf1eb9ee63ffc4e5d324c0b9b62cf4a289f44332dfef9607cea1a0d9596ba6f

# Programs, and the Debian packages that hold them.
tools=(
  dockerd:docker.io docker:docker-cli curl:curl ip:iproute2 ss:iproute2 netstat:net-tools ifconfig:net-tools
  nsenter:util-linux iptables:iptables ps:procps
)

# For whom the machine is made ready: who called sudo.
user=${SUDO_USER:-root}
changed=

fail() {
  printf 'provision: %s\n' "$*" >&2
  exit 3
}

# Says an action, does it, and remembers that there was one. Output is shown only where it failed.
act() {
  local said
  printf '  → %s\n' "$*"
  changed=yes
  said=$("$@" 2>&1) || fail "$* failed
$(tail -n 15 <<<"$said")"
}

has() { type -P "$1" >/dev/null; }

# Node 20.9 or newer, as package.json asks for, with npm.
node_is_ready() {
  local version major minor
  has npm || return 1
  version=$(node --version 2>/dev/null) || return 1
  IFS=. read -r major minor _ <<<"${version#v}"
  ((major > 20 || (major == 20 && minor >= 9)))
}

# The packages of the programs that are absent, each once.
absent_packages() {
  local tool
  for tool in "${tools[@]}"; do
    has "${tool%%:*}" || printf '%s\n' "${tool#*:}"
  done
  # For the download of Node. What is there already, apt leaves as it is.
  node_is_ready || printf '%s\n' ca-certificates curl xz-utils
}

install_packages() {
  local packages
  mapfile -t packages < <(absent_packages | sort -u)
  [ ${#packages[@]} != 0 ] || return 0
  has apt-get || fail "${packages[*]}: absent, and this system has no apt-get"
  act apt-get update
  # Before Debian 13 the docker command came with the engine's package; there is no package of its own.
  apt-cache show docker-cli >/dev/null 2>&1 ||
    mapfile -t packages < <(printf '%s\n' "${packages[@]/#docker-cli/docker.io}" | sort -u)
  # A machine that has just booted may be updating itself: wait for it.
  act apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "${packages[@]}"
}

# Ubuntu's own Node is older than 20.9 up to 24.04.
install_node() {
  local architecture checksum archive folder program
  case $(uname -m) in
  x86_64) architecture=x64 checksum=$node_checksum_x64 ;;
  aarch64) architecture=arm64 checksum=$node_checksum_arm64 ;;
  *) fail "no Node 20.9 or newer, and this script brings none for $(uname -m)
  https://nodejs.org/en/download" ;;
  esac
  archive=node-v$node_version-linux-$architecture.tar.xz
  folder=/usr/local/lib/nodejs
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  act curl -fsSL --retry 3 -o "$temporary/$archive" "https://nodejs.org/dist/v$node_version/$archive"
  sha256sum --check --status <<<"$checksum  $temporary/$archive" ||
    fail "$archive is not what it should be: its sha256 is not $checksum"
  act mkdir -p "$folder"
  act tar --extract --xz --no-same-owner --directory="$folder" --file="$temporary/$archive"
  for program in node npm npx; do
    act ln -sfn "$folder/${archive%.tar.xz}/bin/$program" "/usr/local/bin/$program"
  done
  hash -r
  node_is_ready || fail "Node $node_version was installed, but $(type -P node || echo node) does not run as such"
}

# Debian's and Ubuntu's package starts the engine itself; one that was there before may be stopped.
start_engine() {
  [ -d /run/systemd/system ] || return 0 # set-up starts it, as a process of its own
  systemctl is-active --quiet docker || act systemctl enable --now docker
}

# Without it, only root may use the engine.
allow_user() {
  [ "$user" != root ] || return 0
  [[ " $(id -nG "$user") " == *" docker "* ]] || act usermod --append --groups docker "$user"
}

[ "$(id -u)" = 0 ] || fail "needs root
  sudo bash vagrant/provision.sh"
install_packages
node_is_ready || install_node
start_engine
allow_user

[ -n "$changed" ] || echo "nothing to install: everything is there"
printf 'node %s, %s, for user %s\n' "$(node --version)" "$(docker --version)" "$user"
