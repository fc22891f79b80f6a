import { mkdirSync, mkdtempSync, rmSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import { siteOf, SITE_FILE } from "../../lib/constructs/site";
import { Subnet } from "../../lib/topology/subnet";
import type { Topology } from "../../lib/topology/topology";
import { ENGINE_IMAGE, ENGINE_RIGHTS, engineReady } from "./engine-image";
import { docker } from "./project";

/*
 * Labs of several engines as the engines get them, straight from their models: without Terraform, and on one and the same
 * pair of engines, since those take longer to come than all that is on them.
 */

const LABEL = "docker-network-labs.random-engines";
const IMAGE = "docker-network-labs/nginx:local";
/** Names that nobody has are not asked for beyond this machine. */
const NO_RESOLVER = ["--dns", "127.0.0.1"];
const READY_MS = 240_000;

/** Two engines in one swarm, on one LAN, with the servers' image. */
export class DeployedEngines {
  private readonly folder = mkdtempSync(join(tmpdir(), "lab-engines-"));

  /** @param lan its subnet */
  constructor(
    private readonly engines: Topology["engines"],
    private readonly lan: string,
    private readonly subnet: string,
  ) {}

  async create(): Promise<void> {
    await removeEngines();
    mkdirSync(join(this.folder, "images"));
    await docker("save", "--output", join(this.folder, "images", "server.tar"), IMAGE);
    const own = ["--label", LABEL];
    await docker("network", "create", "--internal", "--subnet", this.subnet, ...own, this.lan);
    for (const { name, container, address } of this.engines) {
      mkdirSync(join(this.folder, name), { mode: 0o700 });
      await docker("volume", "create", ...own, container);
      await docker(
        ...["run", "--detach", "--name", container, "--hostname", name, ...own, ...ENGINE_RIGHTS, ...NO_RESOLVER],
        ...["--network", this.lan, "--ip", address, "--network-alias", name],
        ...["--volume", `${container}:/var/lib/docker`, "--volume", `${join(this.folder, name)}:/engine`],
        ...["--volume", `${join(this.folder, "images")}:/images:ro`, ENGINE_IMAGE],
      );
    }
    for (const { container } of this.engines) await engineReady(container, READY_MS);
    const [manager, ...workers] = this.engines;
    if (manager === undefined) return;
    await on(manager.container, "swarm", "init", "--advertise-addr", manager.address);
    const token = await on(manager.container, "swarm", "join-token", "--quiet", "worker");
    for (const { container, address } of workers) {
      const join = ["swarm", "join", "--advertise-addr", address, "--token", token, `${manager.address}:2377`];
      await on(container, ...join);
    }
  }

  /** Networks one after the other, then servers: each engine's one after the other, as swarms like it. */
  async deploy({ networks, servers, engines }: Topology): Promise<void> {
    const containerOf = (name: string | undefined): string | undefined =>
      engines.find((one) => one.name === name)?.container;
    for (const network of networks) {
      const { subnet, gateway = "", engineName, driver = "bridge" } = network;
      if (subnet === undefined || engineName === this.lan) continue;
      // Each engine its own: they do not know of each other's addresses.
      const place = engines.findIndex(({ name }) => name === network.engine);
      const range = Subnet.parse("range", subnet)
        .part(27, 2 + place)
        .toString();
      const onLan = driver === "macvlan" ? ["--ip-range", range] : [];
      const address = ["--subnet", subnet, "--gateway", gateway, ...onLan];
      await on(
        containerOf(network.engine),
        ...["network", "create", "--driver", driver, "--label", LABEL, ...address, ...optionsOf(network), engineName],
      );
    }
    const places = [undefined, ...engines.map(({ name }) => name)];
    for (const place of places) {
      for (const server of servers.filter(({ engine }) => engine === place)) {
        await this.start(server, networks, containerOf(place));
      }
    }
  }

  private async start(
    server: Topology["servers"][number],
    networks: Topology["networks"],
    engine: string | undefined,
  ): Promise<void> {
    const [attachment] = server.attachments;
    const network = networks.find(({ name }) => name === attachment?.network);
    const names = (attachment?.names ?? []).flatMap((name) => ["--network-alias", name]);
    const place =
      network === undefined
        ? ["--network", server.mode]
        : network.subnet === undefined
          ? NO_RESOLVER
          : ["--network", network.engineName, ...names, ...NO_RESOLVER];
    const address = attachment?.address === undefined ? [] : ["--ip", attachment.address];
    const ports = server.publications.flatMap(({ port, on, to }) => [
      "--publish",
      `${on}:${String(port)}:${String(to)}`,
    ]);
    const command = `printf '%s' "$SITE" > ${SITE_FILE} && exec nginx -g 'daemon off;'`;
    await on(
      engine,
      ...["run", "--detach", "--name", server.container, "--label", LABEL, ...place, ...address, ...ports],
      ...["--env", `SITE=${siteOf(server)}`, IMAGE, "sh", "-c", command],
    );
  }

  /** Takes away what a topology has, but for overlays: those go with the engines, who let go of them late. */
  async clear({ networks, engines }: Topology): Promise<void> {
    for (const engine of [undefined, ...engines]) {
      const there = engine?.container;
      const own = this.engines.map(({ container }) => container);
      const listed = await on(there, "ps", "--all", "--filter", `label=${LABEL}`, "--format", "{{.Names}}");
      const containers = listed.split("\n").filter((name) => name !== "" && !own.includes(name));
      if (containers.length > 0) await on(there, "rm", "--force", ...containers);
      const removed = networks.filter(
        (one) => one.engine === engine?.name && one.subnet !== undefined && one.driver !== "overlay",
      );
      for (const { engineName } of removed) {
        if (engineName !== this.lan) await on(there, "network", "rm", engineName);
      }
    }
  }

  async remove(): Promise<void> {
    await removeEngines();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function optionsOf({
  driver,
  driverMode,
  internal,
  interContainerConnectivity,
}: Topology["networks"][number]): string[] {
  switch (driver) {
    case "overlay":
      return ["--attachable", "--internal"];
    case "macvlan":
    case "ipvlan":
      return ["--opt", "parent=eth0", "--opt", `${driver}_mode=${driverMode ?? ""}`];
    case undefined:
      return [
        ...(internal ? ["--internal"] : []),
        ...["--opt", `com.docker.network.bridge.enable_icc=${String(interContainerConnectivity)}`],
      ];
  }
}

async function on(engine: string | undefined, ...args: string[]): Promise<string> {
  return engine === undefined ? docker(...args) : docker("exec", engine, "docker", ...args);
}

/** Removes whatever {@link DeployedEngines} made, of this run or of one that was broken off. */
async function removeEngines(): Promise<void> {
  const filter = ["--filter", `label=${LABEL}`, "--quiet"];
  const remove = async (list: string[], command: string[]): Promise<void> => {
    const found = (await docker(...list, ...filter)).split("\n").filter((one) => one !== "");
    if (found.length > 0) await docker(...command, ...found);
  };
  await remove(["ps", "--all"], ["rm", "--force", "--volumes"]);
  await remove(["network", "ls"], ["network", "rm"]);
  await remove(["volume", "ls"], ["volume", "rm"]);
}
