import { APART } from "../project";
import {
  controlSilent,
  editedForLater,
  inOtherMounts,
  instead,
  type LabMutants,
  natRule,
  otherDocker,
  refused,
  type Saboteur,
} from "./saboteur";

const [OWNER, JOINER, LAN] = ["labtest-shared-owner", "labtest-shared-joiner", "labtest-shared-lan"];
const FOR_OWNER = APART.LAB_SHARED_PORT;
const FOR_JOINER = String(Number(FOR_OWNER) + 1);
const REDIRECTION = [
  ...["OUTPUT", "-d", "127.0.0.1/32", "-p", "tcp", "--dport", FOR_JOINER],
  ...["-j", "REDIRECT", "--to-ports", FOR_OWNER],
];
const apart = ["fail", /namespace of its own/] as const;
const ownerInstead = ["fail", /somebody else answers/] as const;
const notThere = ["error", /container \S+ does not run/] as const;
const nobodyBehind = ["fail", /nothing listens/] as const;

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "joiner has a namespace of its own, and publishes a port",
    breaks: [JOINER],
    sabotage: () => instead(JOINER, "--network", LAN, "--ip", "10.213.85.9", "--publish", "18499:81"),
    red: {
      "joiner/same-namespace": apart,
      "joiner/owners-address": ["fail", /./],
      "joiner/nothing-published": ["fail", /maps a port/],
      "owner/reaches-joiner": refused,
      "joiner/reaches-owner": refused,
      "joiner/answers-at-owners-name": refused,
      "joiner/published-by-owner": nobodyBehind,
      "restart-owner/joiner-loopback-only": ["fail", /./],
      "restart-joiner/same-namespace-again": apart,
      "restart-joiner/joiner-answers": nobodyBehind,
    },
  },
  {
    name: "owner listens on another port",
    ...editedForLater(OWNER, "s/listen .*/listen 82;/"),
    red: {
      "joiner/reaches-owner": refused,
      "owner/published": nobodyBehind,
      "restart-owner/owner-answers": nobodyBehind,
      "restart-owner/joiner-unreachable": controlSilent,
    },
  },
  {
    name: "joiner listens on another port",
    ...editedForLater(JOINER, "s/listen .*/listen 83;/"),
    red: {
      "owner/reaches-joiner": refused,
      "joiner/answers-at-owners-name": refused,
      "joiner/published-by-owner": nobodyBehind,
      "restart-owner/joiner-still-listens": ["fail", /./],
      "restart-joiner/joiner-answers": nobodyBehind,
    },
  },
  {
    name: "joiner's process is in owner's mount namespace, and serves nothing",
    breaks: [JOINER],
    sabotage: () =>
      inOtherMounts(JOINER, "/proc/1/ns/mnt", "--network", `container:${OWNER}`, "--pid", `container:${OWNER}`),
    // It is in owner's process namespace, too, and ends when owner is restarted.
    red: {
      "joiner/own-file-systems": ["fail", /not separated/],
      "owner/reaches-joiner": refused,
      "joiner/answers-at-owners-name": refused,
      "joiner/published-by-owner": nobodyBehind,
      "restart-owner/joiner-orphaned": ["error", /is not running/],
      "restart-owner/joiner-still-listens": ["error", /is not running/],
      "restart-owner/joiner-loopback-only": ["error", /is not running/],
      "restart-owner/joiner-unreachable": notThere,
      "restart-joiner/joiner-answers": nobodyBehind,
    },
  },
  {
    name: "joiner's port of the host leads to owner",
    sabotage: () => natRule("-A", ...REDIRECTION),
    mend: () => natRule("-D", ...REDIRECTION),
    mended: true,
    red: {
      "joiner/published-by-owner": ownerInstead,
      "restart-owner/joiner-unreachable": ["fail", /something answers where nothing should/],
      "restart-joiner/joiner-answers": ownerInstead,
    },
  },
  otherDocker("owner is not restarted", '"restart "*owner', "version", {
    "restart-owner/joiner-orphaned": ["fail", /not separated/],
    "restart-owner/joiner-loopback-only": ["fail", /./],
    "restart-owner/joiner-unreachable": ["fail", /something answers where nothing should/],
  }),
  otherDocker("joiner is not restarted", '"restart "*joiner', "version", {
    "restart-joiner/same-namespace-again": apart,
    "restart-joiner/joiner-answers": nobodyBehind,
  }),
];

export const sharedMutants: LabMutants = {
  lab: "shared",
  saboteurs: SABOTEURS,
  unbreakable: {},
};
