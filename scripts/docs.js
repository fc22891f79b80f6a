/**
 * Fills the README and the labs' pages with what the commands really print: `npm run docs` all of it, `npm run docs host`
 * the page of one lab. Creates the labs and takes them away again, so their ports (80, 8080 …) must be free. The
 * checkout's path is printed as `.`.
 */
"use strict";
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const project = path.resolve(__dirname, "..");

/** What differs from machine to machine and teaches nothing: the checkout's path, the resolver of the host. */
function neutral(text) {
  const resolvers = fs.readFileSync("/etc/resolv.conf", "utf8").match(/(?<=^nameserver )\S+/gm) || [];
  return resolvers.reduce((result, address) => result.replaceAll(address, "192.0.2.53"), text.replaceAll(project, "."));
}

/** What a person sees: both outputs in their order, as a pipe gets them. */
function output(line) {
  // sudo is for the reader; whoever runs this is root already.
  const typed = `{ ${line.replace(/^sudo /, "")}; } 2>&1`;
  const { stdout } = spawnSync("sh", ["-c", typed], { cwd: project, encoding: "utf8" });
  return neutral(stdout)
    .replace(/^(?:> .*|npm warn .*)\n/gm, "")
    .replace(/^\n+|\s+$/g, "");
}

function shown(lines) {
  const blocks = lines.map((line) => `$ ${line}\n${output(line)}`);
  return ["```", blocks.join("\n\n"), "```"].join("\n");
}

/** Puts `content` between two markers of a page. */
function fill(page, marker, content) {
  const file = path.join(project, page);
  const text = fs.readFileSync(file, "utf8");
  const begin = `<!-- ${marker} -->`;
  const start = text.indexOf(begin);
  if (start < 0) throw new Error(`${page} has no ${begin}`);
  const stop = text.indexOf(`<!-- ${marker.replace(/: .*/, "")} end -->`, start);
  fs.writeFileSync(file, `${text.slice(0, start)}${begin}\n\n${content}\n\n${text.slice(stop)}`);
}

/** What scripts/lab-pages.ts makes of the labs, built as the program itself is. */
function labPages() {
  const outfile = path.join(project, "dist/lab-pages.js");
  const external = ["cdktf", "constructs", "@cdktf/*", "@viz-js/viz"];
  const entryPoints = [path.join(project, "scripts/lab-pages.ts")];
  require("esbuild").buildSync({ entryPoints, outfile, external, bundle: true, platform: "node", format: "cjs" });
  return require(outfile);
}

/** What a person types on each lab's page. */
const TRY = {
  host: [
    "curl -si http://127.0.0.1:80/",
    "sudo netstat -tulpn | grep ':80 '",
    "docker exec lab-host-web ip -br addr show",
    "ip -br addr show",
    "docker create --name try --network host --publish 8080:80 docker-network-labs/nginx:local; docker rm try",
  ],
  bridge: [
    "curl -s http://127.0.0.1:8080/",
    "sudo netstat -tulpn | grep ':8080 '",
    "sudo netstat -tulpn | grep ':809[23] '",
    "curl -s http://127.0.0.1:8092/",
    "curl -sS http://127.0.0.1:8093/",
    "curl -sv http://127.0.0.1:8093/ 2>&1 | grep Connected",
    "docker exec lab-bridge-web-2 curl -s http://web-1/",
    "docker exec lab-bridge-web-2 cat /etc/resolv.conf",
    "docker exec lab-bridge-web-1 ip -br addr show",
    "ip -br link show master \"br-$(docker network inspect -f '{{.Id}}' lab-bridge-lan | cut -c1-12)\"",
  ],
  "default-bridge": [
    "docker exec lab-default-bridge-old-1 cat /etc/resolv.conf",
    "docker exec lab-default-bridge-new-1 cat /etc/resolv.conf",
    "docker exec lab-default-bridge-new-1 getent hosts new-2",
    "docker exec lab-default-bridge-old-1 getent hosts lab-default-bridge-old-2; echo exit $?",
    "ip -br addr show docker0",
  ],
  none: [
    "docker exec lab-none-alone ip -br addr show",
    "docker exec lab-none-alone curl -s http://127.0.0.1/",
    "docker exec lab-none-alone curl -sS http://10.76.0.3/",
    "docker network connect lab-none-lan lab-none-alone",
    "docker network disconnect lab-none-lan lab-none-staged; docker exec lab-none-staged ip -br addr show",
    "docker network connect --ip 10.76.0.2 lab-none-lan lab-none-staged; docker exec lab-none-staged ip -br addr show",
  ],
  isolation: [
    "docker exec lab-isolation-east-1 curl -s http://east-2/",
    "docker exec lab-isolation-east-1 curl -sS http://west-1/",
    "docker exec lab-isolation-east-1 curl -sS --max-time 3 http://10.79.1.11/",
    "docker exec lab-isolation-stranger-1 getent hosts stranger-2",
    "docker exec lab-isolation-stranger-1 curl -sS --max-time 3 http://stranger-2/",
    "npx lab reset isolation",
    "npx lab step isolation",
    "npx lab step isolation",
  ],
  shared: [
    "curl -s http://127.0.0.1:8082/ http://127.0.0.1:8083/",
    "docker exec lab-shared-joiner ip -br addr show",
    "docker exec lab-shared-joiner netstat -tln",
    "npx lab reset shared",
    "npx lab step shared",
    "npx lab step shared",
  ],
  dns: [
    "docker exec lab-dns-client cat /etc/resolv.conf",
    "docker exec lab-dns-client getent ahostsv4 pool",
    "docker stop lab-dns-web-2; docker exec lab-dns-client getent ahostsv4 pool",
    "docker start lab-dns-web-2; docker exec lab-dns-client getent hosts web-2",
  ],
  "port-conflict": [
    "npx lab reset port-conflict",
    "docker ps --all --filter name=lab-port-conflict --format 'table {{.Names}}\t{{.Status}}'",
    "docker logs --tail 2 lab-port-conflict-web2",
    "sudo netstat -tulpn | grep ':8088 '",
    "curl -s http://127.0.0.1:8088/",
    "npx lab step port-conflict",
    "npx lab step port-conflict",
    "curl -s http://127.0.0.1:8088/",
  ],
  privileges: [
    "curl -s http://127.0.0.1:8086/",
    "docker exec lab-privileges-web id -un",
    "docker exec lab-privileges-web ip address add 127.0.0.1/8 dev lo",
    "docker exec lab-privileges-web ip link add lo type bridge",
    "docker exec lab-privileges-web grep CapEff /proc/1/status",
    "docker exec --user nobody lab-privileges-web curl -sS --local-port 900-1023 http://127.0.0.1:8086/",
    "docker exec --user nobody lab-privileges-apart curl -sS --local-port 900-1023 http://127.0.0.1:80/",
    "docker exec lab-privileges-admin ip -br address show",
    "ip -br link show lab-extra",
  ],
  overlay: [
    "docker exec lab-overlay-host-a docker exec lab-overlay-web-1 curl -s http://web-2/",
    "docker exec lab-overlay-host-a docker exec lab-overlay-web-1 ip link show eth0",
    "docker exec lab-overlay-host-a docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'",
    "docker exec lab-overlay-host-a docker exec lab-overlay-web-1 ping -q -c 20 -i 0.2 web-2 & docker exec lab-overlay-host-a timeout 5 tcpdump -lnv -i eth0 -c 1 udp port 4789; wait",
  ],
  "overlay-restart": [
    "npx lab reset overlay-restart",
    "docker exec lab-overlay-restart-host-a docker exec lab-overlay-restart-web-1 curl -s http://web-2/ http://web-4/",
    "npx lab step overlay-restart",
    "docker exec lab-overlay-restart-host-a docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'",
    "docker exec lab-overlay-restart-host-a docker exec lab-overlay-restart-web-3 curl -sS http://web-1/ http://10.79.1.12/",
    "npx lab step overlay-restart",
    "docker exec lab-overlay-restart-host-b docker ps --all --format '{{.Names}} {{.State}}'",
    "npx lab step overlay-restart",
  ],
  "overlay-services": [
    "npx lab reset overlay-services",
    "npx lab step overlay-services",
    "docker exec lab-overlay-services-host-a docker service ls --format '{{.Name}} {{.Mode}} {{.Replicas}}'",
    "docker exec lab-overlay-services-host-a docker exec lab-overlay-services-web-1 curl -s http://spread/ http://tasks.balanced/",
    "docker exec lab-overlay-services-host-a docker exec lab-overlay-services-web-1 getent ahostsv4 tasks.balanced",
    "docker exec lab-overlay-services-host-a docker exec lab-overlay-services-web-1 curl -sS http://balanced/",
    "npx lab step overlay-services",
    "docker exec lab-overlay-services-host-a curl -sS http://10.67.0.11:8081/ http://10.67.0.11:8080/",
  ],
  macvlan: [
    "npx lab reset macvlan",
    "docker exec lab-macvlan-peer curl -s http://10.71.0.74/ http://10.71.0.106/",
    "docker exec lab-macvlan-peer ip neigh",
    "docker exec lab-macvlan-host-a docker exec lab-macvlan-web-1 ip -d link show eth0",
    "docker exec lab-macvlan-host-a curl -sS http://10.71.0.74/",
    "docker exec lab-macvlan-host-b docker exec lab-macvlan-web-4 curl -sS http://10.71.0.106/",
    "npx lab step macvlan",
    "npx lab step macvlan",
    "npx lab step macvlan",
  ],
  vlan: [
    "docker exec lab-vlan-host-a ip -d link show eth0.10",
    "docker exec lab-vlan-host-a docker network inspect --format '{{.Options.parent}}' lab-vlan-blue-a lab-vlan-green-a",
    "docker exec lab-vlan-host-a docker exec lab-vlan-web-1 curl -s http://10.68.1.106/",
    "docker exec lab-vlan-host-a docker exec lab-vlan-web-1 curl -sS http://10.68.2.74/",
    "docker exec lab-vlan-host-a docker exec lab-vlan-web-1 ping -n -c 3 -W 1 10.68.1.14 > /dev/null & docker exec lab-vlan-host-b timeout 4 tcpdump -ln -i eth0.10 -c 2 arp host 10.68.1.14; wait",
  ],
  // Nothing: they cannot be on every kernel.
  ipvlan: [],
  "overlay-encrypted": [],
};

/** What a lab's page shows of it: what one types while it is up, and the table of its checks. */
function fillPage(lab, table, picture) {
  fs.mkdirSync(path.join(project, "docs/labs/pictures"), { recursive: true });
  fs.writeFileSync(path.join(project, `docs/labs/pictures/${lab}.svg`), picture);
  if (TRY[lab].length === 0) return fill(`docs/labs/${lab}.md`, "checks", table);
  output(`npx lab up ${lab}`);
  fill(`docs/labs/${lab}.md`, "try", shown(TRY[lab]));
  fill(`docs/labs/${lab}.md`, "checks", table);
  output(`npx lab down ${lab}`);
}

function fillReadme() {
  fill("README.md", "transcript: npm start", shown(["npm start"]));
  output("docker exec lab-bridge-web-1 sed -i 's/listen 80/listen 81/' /etc/nginx/conf.d/default.conf");
  output("docker restart lab-bridge-web-1");
  const failure = "npx lab check bridge | grep --after-context 9 'FAIL  bridge/web-1/published'";
  fill("README.md", "transcript: failure", shown([failure]));
  output("npm stop");
  const refused = ["npx lab up brigde", "npx lab up host --http-port 80a", "npx lab up bridge --subnet 10.77.0.5/24"];
  fill("README.md", "transcript: refusals", shown(refused));
  const example = fs.readFileSync(path.join(project, "examples/two-servers.ts"), "utf8").trim();
  fill("README.md", "example", ["```ts", example, "```"].join("\n"));
}

async function main(labs) {
  const unknown = labs.filter((lab) => TRY[lab] === undefined);
  if (unknown.length > 0) throw new Error(`no page for ${unknown.join(", ")}; pages: ${Object.keys(TRY).join(", ")}`);
  if (labs.length === 0) fillReadme();
  const pages = labPages();
  const [tables, pictures] = [pages.checkTables(), await pages.pictures()];
  for (const lab of labs.length === 0 ? Object.keys(TRY) : labs) fillPage(lab, tables[lab], pictures[lab]);
  spawnSync(path.join(project, "node_modules/.bin/prettier"), ["--write", "README.md", "docs"], { cwd: project });
}

main(process.argv.slice(2)).catch((problem) => {
  console.error(problem.message);
  process.exitCode = 1;
});
