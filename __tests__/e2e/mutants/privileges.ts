import { APART as OPTIONS } from "../project";
import { edited, instead, type LabMutants, listensOn, onHost, otherDocker, type Saboteur } from "./saboteur";

const [WEB, APART] = ["labtest-privileges-web", "labtest-privileges-apart"];
const PORT = OPTIONS.LAB_PRIVILEGES_PORT;
/** Permitted, and so refused for another reason, which depends on the kernel. */
const thereAlready = ["fail", /File exists|already assigned/] as const;
const ADDRESS = "198.51.100.86";

/** Nobody gets NET_ADMIN in the host's namespace here: tests run on people's machines. */
const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web has NET_ADMIN, in bridge mode",
    breaks: [WEB],
    sabotage: () => instead(WEB, "--cap-add", "NET_ADMIN", "--publish", `${PORT}:${PORT}`),
    red: {
      "web/same-namespace": ["fail", /namespace of its own/],
      "web/no-address": thereAlready,
      "web/no-link": thereAlready,
      "web/lowest-free-port": ["fail", /ip_unprivileged_port_start = 0/],
      "web/no-low-port": ["fail", /it could do what it must not be able to do/],
    },
  },
  {
    name: "apart has NET_ADMIN",
    breaks: [APART],
    sabotage: () => instead(APART, "--cap-add", "NET_ADMIN"),
    red: { "apart/no-address": thereAlready },
  },
  {
    name: "apart's low ports are root's",
    breaks: [APART],
    sabotage: () => instead(APART, "--sysctl", "net.ipv4.ip_unprivileged_port_start=1024"),
    red: {
      "apart/lowest-free-port": ["fail", /ip_unprivileged_port_start = 1024/],
      "apart/low-port": ["fail", /Permission denied/],
    },
  },
  {
    name: "web listens on another port",
    ...edited(WEB, "s/listen .*/listen 18499;/"),
    red: { "web/answers": listensOn(18499), "web/no-low-port": ["error", /the control fails too/] },
  },
  otherDocker("the throw-away adds no address", '"exec "*" address add 198"*', "version", {
    "net-admin/address": ["fail", /127\.0\.0\.1/],
  }),
  otherDocker("the throw-away adds no interface", '"exec "*" link add lab-extra"*', "version", {
    "net-admin/link": ["fail", /does not exist/],
  }),
  {
    name: "the host has that address",
    sabotage: () => onHost("ip", "address", "add", `${ADDRESS}/32`, "dev", "lo"),
    red: { "net-admin/host-address": ["fail", /198\.51\.100\.86/] },
    mend: () => onHost("ip", "address", "delete", `${ADDRESS}/32`, "dev", "lo"),
    mended: true,
  },
  {
    name: "the host has that interface",
    sabotage: () => onHost("ip", "link", "add", "lab-extra", "type", "bridge"),
    red: { "net-admin/host-link": ["fail", /it could do what it must not be able to do/] },
    mend: () => onHost("ip", "link", "delete", "lab-extra"),
    mended: true,
  },
];

export const privilegesMutants: LabMutants = { lab: "privileges", saboteurs: SABOTEURS, unbreakable: {} };
