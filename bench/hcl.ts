/** What a person writes in Terraform's own language instead of using this project: all of lab host, or the core of it. */
export interface PlainLab {
  /** What the names of its containers begin with. */
  readonly name: string;
  readonly image: string;
  readonly port: number;
  readonly label: { readonly name: string; readonly value: string };
  /** nginx's configuration. */
  readonly site: string;
}

/** nginx in host mode, and one request: what most people would leave it at. */
export function oneContainerAsHcl(lab: PlainLab): string {
  const curl = `curl -4 -fsS --noproxy '*' http://127.0.0.1:${String(lab.port)}/`;
  return `${HEAD}
${image(lab)}
${container(lab, "web", lab.name, "host")}
resource "null_resource" "check" {
  triggers = { container = docker_container.web.id }
  provisioner "local-exec" {
    command = ${text(`timeout 30 sh -c "until ${curl}; do :; done"`)}
  }
}
`;
}

/** A machine beside the host, and what its wire to the host is called; addresses that are nobody's (RFC 5737). */
const REMOTE = { wire: "labbench-wire", host: "203.0.113.1", own: "203.0.113.2" } as const;

/**
 * Lab host: both of its containers, the wire between the host and the remote machine, and each of its checks by the
 * commands that `lab commands host` prints, held against what is expected. Not the look for obstacles before, and not the
 * proof behind that nothing is left.
 */
export function hostLabAsHcl(lab: PlainLab): string {
  return `${HEAD}
${image(lab)}
${container(lab, "web", lab.name, "host")}
${container(lab, "remote", `${lab.name}-remote`, "none")}
resource "null_resource" "wire" {
  triggers = { remote = docker_container.remote.id }
  provisioner "local-exec" {
    command = <<-EOT
${indented(wire(lab))}
    EOT
  }
  provisioner "local-exec" {
    when    = destroy
    command = "ip link delete ${REMOTE.wire}"
  }
}

locals {
  checks = {
${Object.entries(checks(lab))
  .map(([name, command]) => `    ${name} = <<-EOT\n${indented(command)}\n    EOT`)
  .join("\n")}
  }
}

resource "null_resource" "check" {
  for_each = local.checks
  triggers = {
    web     = docker_container.web.id
    remote  = docker_container.remote.id
    command = each.value
  }
  depends_on = [null_resource.wire]
  provisioner "local-exec" {
    command = "set -e; \${each.value}"
  }
}
`;
}

function wire({ name }: PlainLab): string {
  const { wire, host, own } = REMOTE;
  return `set -e
pid=$(docker inspect -f '{{.State.Pid}}' ${name}-remote)
ip link add ${wire} type veth peer name eth0 netns $pid
ip address add ${host}/29 dev ${wire}
ip link set ${wire} up
nsenter -t $pid -n ip address add ${own}/29 dev eth0
nsenter -t $pid -n ip link set eth0 up`;
}

/** By name, as shell: each fails where what it looks at is not as lab host says. */
function checks({ name, image, port, label }: PlainLab): Readonly<Record<string, string>> {
  const pid = (container: string): string => `$(docker inspect -f '{{.State.Pid}}' ${container})`;
  const curl = "curl -4 -sSi --noproxy '*' --max-time 3";
  const namespaces = (type: string, relation: "=" | "!="): string =>
    `test "$(readlink /proc/${pid(name)}/ns/${type})" ${relation} "$(readlink /proc/$(cat /run/docker.pid)/ns/${type})"`;
  const sameAsHost = (tool: string): string => `test "$(${tool})" = "$(nsenter -t ${pid(name)} -n ${tool})"`;
  const labelled = `--label ${label.name}=${label.value}`;
  const eventually = (command: string): string => `timeout 30 sh -c "until ${command}; do :; done"`;
  const answers = (address: string, from = ""): string =>
    eventually(`${from}${curl} http://${address}:${String(port)}/ | grep 'web ${label.value}'`);
  const listeners = `netstat -tulpn | sed -n 's|.*:${String(port)} .* \\([0-9]*\\)/.*|\\1|p'`;
  return {
    same_namespace: namespaces("net", "="),
    no_address: `docker inspect -f '{{.HostConfig.NetworkMode}} {{.NetworkSettings.IPAddress}}' ${name} | grep -x 'host *'`,
    same_interfaces: sameAsHost("ip -br addr show"),
    same_ifconfig: sameAsHost("ifconfig -a | grep -v '[RT]X'"),
    no_new_interface: sameAsHost("ip -br link show"),
    answers: answers("127.0.0.1"),
    answers_everywhere: `for address in $(ip -4 -o addr show | awk '{ sub("/.*", "", $4); print $4 }'); do
  ${answers("$address")}
done`,
    from_outside: answers(REMOTE.host, `nsenter -t ${pid(`${name}-remote`)} -n `),
    owner: `owner=$(${eventually(`${listeners} | grep -m 1 .`)})
docker top ${name} -o pid,ppid,comm | grep -w "$owner"`,
    nothing_published: `docker inspect -f '{{json .HostConfig.PortBindings}}' ${name} | grep -xE '[{][}]|null'`,
    discarded_ports: `docker create --name ${name}-discarded --network host --publish 8080:80 ${labelled} ${image} 2>&1 | grep discarded
docker rm --force ${name}-discarded`,
    removed_when_stopped: `docker run --rm --name ${name}-passing --network host ${labelled} ${image} echo passing | grep passing
test -z "$(docker ps --all --quiet --no-trunc --filter name=${name}-passing)"`,
    resolver: `test "$(docker exec ${name} cat /etc/resolv.conf)" = "$(cat /etc/resolv.conf)"`,
    own_file_systems: namespaces("mnt", "!="),
    own_processes: namespaces("pid", "!="),
  };
}

const HEAD = `terraform {
  required_providers {
    docker = {
      source  = "kreuzwerker/docker"
      version = "3.6.2"
    }
    null = {
      source  = "hashicorp/null"
      version = "3.2.4"
    }
  }
}
`;

function image({ image }: PlainLab): string {
  return `resource "docker_image" "nginx" {
  name         = ${text(image)}
  keep_locally = true
}
`;
}

function container({ label, site }: PlainLab, resource: string, name: string, networkMode: string): string {
  return `resource "docker_container" "${resource}" {
  name                  = ${text(name)}
  image                 = docker_image.nginx.image_id
  network_mode          = ${text(networkMode)}
  destroy_grace_seconds = 5
  labels {
    label = ${text(label.name)}
    value = ${text(label.value)}
  }
  upload {
    file    = "/etc/nginx/conf.d/default.conf"
    content = ${text(site)}
  }
}
`;
}

/** Lines of a document within HCL, in which nothing is a template. */
function indented(command: string): string {
  return literal(command)
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n");
}

/** Text as a quoted string of HCL, in which nothing is a template. */
function text(value: string): string {
  return literal(JSON.stringify(value));
}

function literal(value: string): string {
  return value.replace(/([$%])\{/g, "$1$1{");
}
