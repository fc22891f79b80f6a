import { docker } from "../project";
import {
  connect,
  controlSilent,
  edited,
  instead,
  type LabMutants,
  onHost,
  otherDocker,
  refused,
  type Saboteur,
} from "./saboteur";

const [OLD1, OLD2] = ["labtest-default-bridge-old-1", "labtest-default-bridge-old-2"];
const [NEW1, NEW2] = ["labtest-default-bridge-new-1", "labtest-default-bridge-new-2"];
const LAN = "labtest-default-bridge-lan";
const unknown = ["fail", /no such name/] as const;

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "old-1 is on the user-defined network, and not on the default bridge",
    breaks: [OLD1],
    sabotage: () => instead(OLD1, "--network", LAN),
    red: {
      "old-1/on-docker0": ["fail", /no interface of/],
      "old-1/reaches-by-address": ["fail", /./],
      "old-1/no-embedded-resolver": ["fail", /./],
      "old-1/not-new": controlSilent,
    },
  },
  {
    name: "old-1 is on the user-defined network too",
    ...connect(LAN, OLD1),
    red: {
      "old-1/no-embedded-resolver": ["fail", /./],
      "old-1/not-new": ["fail", /something answers where nothing should/],
    },
  },
  {
    name: "old-1 knows old-2 by a link",
    breaks: [OLD1],
    sabotage: () => instead(OLD1, "--link", OLD2),
    red: { "old-1/no-names": ["fail", /./] },
  },
  {
    name: "docker0 is down",
    sabotage: () => onHost("ip", "link", "set", "docker0", "down"),
    mend: () => onHost("ip", "link", "set", "docker0", "up"),
    mended: true,
    red: {
      "docker0/up": ["fail", /./],
      "old-1/reaches-by-address": ["fail", /./],
      "old-1/not-new": controlSilent,
      "old-2/answers": ["fail", /./],
    },
  },
  {
    name: "old-2 listens on another port",
    ...edited(OLD2, "s/listen .*/listen 81;/"),
    red: { "old-1/reaches-by-address": refused, "old-2/answers": refused, "old-1/not-new": controlSilent },
  },
  {
    name: "new-2 has lost its name",
    breaks: [NEW2],
    sabotage: () => instead(NEW2, "--network", LAN, "--ip", "10.213.83.3"),
    red: { "new-1/names": unknown },
  },
  {
    name: "new-1 asks a resolver that is none",
    breaks: [NEW1],
    sabotage: () => docker("exec", NEW1, "sh", "-c", "echo nameserver 127.0.0.1 > /etc/resolv.conf"),
    red: { "new-1/names": unknown, "new-1/embedded-resolver": ["fail", /will not resolve/] },
  },
  otherDocker("docker lets the default bridge give any address", "*--ip*", "version", {
    "no-chosen-address": ["fail", /could do what it must not/],
  }),
  otherDocker("docker lets the default bridge give names", "*--network-alias*", "version", {
    "no-aliases": ["fail", /could do what it must not/],
  }),
];

export const defaultBridgeMutants: LabMutants = { lab: "default-bridge", saboteurs: SABOTEURS, unbreakable: {} };
