import { docker } from "../project";
import { controlSilent, type LabMutants, refused, type Saboteur } from "./saboteur";

const [A, B] = ["labtest-overlay-host-a", "labtest-overlay-host-b"];
const server = (name: string): string => `labtest-overlay-${name}`;
const STRANGER = "labtest-stranger";
const SITE = "/etc/nginx/conf.d/default.conf";

/** Runs docker on one of the lab's engines. */
const on = (engine: string, ...args: string[]): Promise<string> => docker("exec", engine, "docker", ...args);

const impostor = (name: string) => ["fail", new RegExp(`somebody else answers in ${name}'s place`)] as const;

/** Lets a server answer in another's name. */
async function disguise(engine: string, name: string): Promise<void> {
  const rule = 's/return .*/return 200 "web-9 00000000\\\\n";/';
  await on(engine, "exec", server(name), "sed", "-i", rule, SITE);
  await on(engine, "exec", server(name), "nginx", "-s", "reload");
}

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web-1 and web-2 say that they are somebody else",
    sabotage: async () => {
      await disguise(A, "web-1");
      await disguise(B, "web-2");
    },
    red: {
      "web-1/reaches-by-address": impostor("web-2"),
      "web-1/reaches-by-name": impostor("web-2"),
      "web-1/other-overlay-elsewhere": controlSilent,
      "web-2/reaches-by-address": impostor("web-1"),
      "web-2/reaches-by-name": impostor("web-1"),
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
      "web-3/reaches-by-address": refused,
      "web-3/reaches-by-name": refused,
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
];

export const overlayMutants: LabMutants = {
  lab: "overlay",
  engines: [A, B],
  saboteurs: SABOTEURS,
  unbreakable: {
    "blue/vxlan": "not broken on an engine yet: with another VNI its engine took no new containers afterwards",
    "green/vxlan": "not broken on an engine yet: with another VNI its engine took no new containers afterwards",
    "web-1/tunnelled": "not broken on an engine yet: it takes another way between the hosts than the tunnel",
    "host-a/no-key-value-store":
      "not broken on an engine yet: an engine that leaves the swarm takes the lab's networks with it",
    "host-b/no-key-value-store":
      "not broken on an engine yet: an engine that leaves the swarm takes the lab's networks with it",
  },
};
