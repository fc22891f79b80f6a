import { docker } from "../project";
import { controlSilent, disguise, impostorOf, type LabMutants, on, otherVni, type Saboteur, SITE } from "./saboteur";

const [A, B] = ["labtest-overlay-host-a", "labtest-overlay-host-b"];
const server = (name: string): string => `labtest-overlay-${name}`;
const STRANGER = "labtest-stranger";

/** A parameter of daemons before Docker 1.12. */
const CLUSTER = "--cluster-store=consul://192.0.2.1:8500";
/** The diagnosis has looked at it on its own engine. */
const listensElsewhere = [
  "fail",
  /What is wrong: in \S+web-4, nothing listens on port 80 \(only on 81\)\ndocker exec labtest-overlay-host-b nsenter /,
] as const;
const noWay = ["fail", /curl exit (?:7|28)/] as const;

/** Gives web-1 the address of web-2, or takes it away: then it answers itself, and what comes from web-2 in vain. */
async function ownAddress(verb: "add" | "delete"): Promise<void> {
  const pid = await on(A, "inspect", "--format", "{{.State.Pid}}", server("web-1"));
  const address = ["ip", "address", verb, "10.79.1.12/32", "dev", "lo"];
  await docker("exec", A, "nsenter", "-t", pid, "-n", ...address);
}

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web-1 and web-2 say that they are somebody else",
    ...disguise([A, server("web-1")], [B, server("web-2")]),
    red: {
      "web-1/reaches-by-address": impostorOf("web-2"),
      "web-1/reaches-by-name": impostorOf("web-2"),
      "web-1/other-overlay-elsewhere": controlSilent,
      "web-2/reaches-by-address": impostorOf("web-1"),
      "web-2/reaches-by-name": impostorOf("web-1"),
      "web-2/other-overlay-by-name": controlSilent,
      "web-2/other-overlay-by-address": controlSilent,
    },
  },
  {
    name: "web-1 and web-2 are on the other overlay too",
    sabotage: async () => {
      await on(A, "network", "connect", server("green"), server("web-1"));
      await on(B, "network", "connect", server("green"), server("web-2"));
    },
    red: {
      "web-2/other-overlay-by-name": ["fail", /something answers where nothing should/],
      "web-2/other-overlay-by-address": ["fail", /something answers where nothing should/],
      "web-1/other-overlay-elsewhere": ["fail", /something answers where nothing should/],
    },
  },
  {
    name: "web-1 has another MTU, and web-4 listens on another port",
    sabotage: async () => {
      const pid = await on(A, "inspect", "--format", "{{.State.Pid}}", server("web-1"));
      await docker("exec", A, "nsenter", "-t", pid, "-n", "ip", "link", "set", "eth0", "mtu", "1400");
      await on(B, "exec", server("web-4"), "sed", "-i", "s/listen .*/listen 81;/", SITE);
      await on(B, "restart", "--time", "2", server("web-4"));
    },
    red: {
      "web-1/mtu": ["fail", /MTU 1400 on eth0/],
      "web-3/reaches-by-address": listensElsewhere,
      "web-3/reaches-by-name": listensElsewhere,
    },
  },
  {
    name: "a container is on host-a's default bridge",
    sabotage: async () => {
      const image = await on(A, "inspect", "--format", "{{.Config.Image}}", server("web-1"));
      await on(A, "run", "--detach", "--rm", "--name", STRANGER, image);
    },
    mend: () => on(A, "rm", "--force", STRANGER),
    mended: true,
    red: { "host-a/docker0-down": ["fail", /it ends in another way/] },
  },
  {
    name: "on both hosts a daemon with a key-value store runs, too",
    sabotage: async () => {
      for (const engine of [A, B]) {
        await docker("exec", engine, "cp", "/bin/sh", "/tmp/dockerd");
        const waits = ["-c", "echo $$ >/tmp/dockerd.pid; while :; do sleep 1; done", "dockerd", CLUSTER];
        await docker("exec", "--detach", engine, "/tmp/dockerd", ...waits);
      }
    },
    mend: async () => {
      for (const engine of [A, B]) {
        await docker("exec", engine, "kill", await docker("exec", engine, "cat", "/tmp/dockerd.pid"));
        await docker("exec", engine, "rm", "/tmp/dockerd", "/tmp/dockerd.pid");
      }
    },
    mended: true,
    red: {
      "host-a/no-key-value-store": ["fail", /key-value store: --cluster-store=/],
      "host-b/no-key-value-store": ["fail", /key-value store: --cluster-store=/],
    },
  },
  {
    name: "web-1 has web-2's address, too",
    sabotage: () => ownAddress("add"),
    mend: () => ownAddress("delete"),
    mended: true,
    red: {
      "web-1/tunnelled": ["fail", /no VXLAN packet, while the ping is answered/],
      "web-1/reaches-by-address": impostorOf("web-2"),
      "web-1/reaches-by-name": impostorOf("web-2"),
      "web-1/other-overlay-elsewhere": controlSilent,
      "web-2/reaches-by-address": noWay,
      "web-2/reaches-by-name": noWay,
      "web-2/other-overlay-by-name": controlSilent,
      "web-2/other-overlay-by-address": controlSilent,
    },
  },
  {
    name: "host-a's tunnels have other VNIs",
    sabotage: async () => {
      await otherVni(A, server("blue"), 5001);
      await otherVni(A, server("green"), 5002);
    },
    ruins: true,
    red: {
      "blue/vxlan": ["fail", /host-a: VNI 5001, .*host-b: VNI 4\d+/],
      "green/vxlan": ["fail", /host-a: VNI 5002, .*host-b: VNI 4\d+/],
      "web-1/tunnelled": ["error", /does not answer a ping/],
      "web-1/reaches-by-address": noWay,
      "web-1/reaches-by-name": noWay,
      "web-2/reaches-by-address": noWay,
      "web-2/reaches-by-name": noWay,
      "web-3/reaches-by-address": noWay,
      "web-3/reaches-by-name": noWay,
      "web-1/other-overlay-elsewhere": controlSilent,
      "web-2/other-overlay-by-name": controlSilent,
      "web-2/other-overlay-by-address": controlSilent,
    },
  },
];

export const overlayMutants: LabMutants = {
  lab: "overlay",
  engines: [A, B],
  saboteurs: SABOTEURS,
  unbreakable: {},
};
