import { docker } from "../project";
import { disguise, impostorOf, inNamespaceOn, type LabMutants, type Saboteur } from "./saboteur";

const [A, B] = ["labtest-overlay-encrypted-host-a", "labtest-overlay-encrypted-host-b"];
const server = (name: string): string => `labtest-overlay-encrypted-${name}`;

const noWay = ["fail", /curl exit (?:7|28)/] as const;

const onBoth = (...argv: string[]): Promise<unknown> =>
  Promise.all([A, B].map((engine) => docker("exec", engine, ...argv)));

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web-1 and web-2 say that they are somebody else",
    ...disguise([A, server("web-1")], [B, server("web-2")]),
    red: {
      "web-1/reaches-by-address": impostorOf("web-2"),
      "web-1/reaches-by-name": impostorOf("web-2"),
      "web-2/reaches-by-address": impostorOf("web-1"),
      "web-2/reaches-by-name": impostorOf("web-1"),
    },
  },
  {
    name: "both hosts take no ESP packets",
    sabotage: () => onBoth("iptables", "-w", "-I", "INPUT", "-p", "esp", "-j", "DROP"),
    mend: () => onBoth("iptables", "-w", "-D", "INPUT", "-p", "esp", "-j", "DROP"),
    mended: true,
    red: {
      "web-1/reaches-by-address": noWay,
      "web-1/reaches-by-name": noWay,
      "web-2/reaches-by-address": noWay,
      "web-2/reaches-by-name": noWay,
      "web-1/sealed": ["error", /does not answer a ping/],
    },
  },
  {
    name: "both hosts encrypt nothing, and take what comes in clear; web-1 has another MTU",
    sabotage: async () => {
      await onBoth("ip", "xfrm", "policy", "flush");
      await onBoth("iptables", "-w", "-F", "INPUT");
      await inNamespaceOn(A, server("web-1"), "ip", "link", "set", "eth0", "mtu", "1400");
    },
    ruins: true,
    red: {
      "web-1/sealed": ["fail", /VXLAN packets that anybody on the wire can read/],
      "web-1/mtu": ["fail", /MTU 1400 on eth0/],
    },
  },
];

export const overlayEncryptedMutants: LabMutants = {
  lab: "overlay-encrypted",
  kernel: "esp",
  engines: [A, B],
  saboteurs: SABOTEURS,
  unbreakable: {},
};
