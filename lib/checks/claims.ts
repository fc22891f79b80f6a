/**
 * The sentences of the two articles that the labs follow: A is "Docker Networking 101: Host network" (the workshop), B
 * is "Understanding Docker's -net=host Option". What no check proves yet is said to be so, with the reason.
 */
export interface Claim {
  readonly id: string;
  readonly sentence: string;
  /** Where engines of today differ from the article. */
  readonly outdated?: string;
  /** The check that shows the difference: the claim is outdated only where that check can be run. @default all engines of today differ */
  readonly outdatedBy?: string;
  /** Why no check of a lab can prove it, and what is checked instead. */
  readonly untestable?: string;
}

/** Why no check proves a claim about speed. @param by what measures it, and does what: a command and the rest of a sentence */
const measured = (by: string): string =>
  `how much faster one way is than another is a fact about a machine at a moment, and no check; ${by}`;

const NETWORKS = measured(
  "npm run bench -- --only network measures host mode, a bridge, docker-proxy and NAT side by side",
);

export const CLAIMS: readonly Claim[] = [
  { id: "A1", sentence: "a host-mode container shares the host's network namespace" },
  { id: "A2", sentence: "it gets no IP address of its own" },
  { id: "A3", sentence: "host mode needs a Linux host" },
  { id: "A4", sentence: "it may open any port on the host's interfaces directly" },
  { id: "A5", sentence: "all else stays isolated: storage, processes, users" },
  {
    id: "A6",
    sentence: "better network performance than with virtualisation overhead",
    untestable: NETWORKS,
  },
  { id: "A7", sentence: "-p and -P are discarded in host mode, with a warning" },
  { id: "A8", sentence: "host-mode containers can interfere with each other and with the host" },
  {
    id: "A9",
    sentence: "host mode uses the host's DNS settings, unlike the default bridge, where Docker provides a resolver",
    outdated: "the default bridge has no resolver either; user-defined networks have",
  },
  { id: "A10", sentence: "workshop: run nginx with --rm -d --network host" },
  { id: "A11", sentence: "workshop: curl http://localhost:80/ answers" },
  { id: "A12", sentence: "workshop: ip addr show tells that no new interface was created" },
  { id: "A13", sentence: "workshop: sudo netstat -tulpn | grep :80 tells which process owns port 80" },
  { id: "A14", sentence: "workshop: stopped, the container is removed, and nothing is left" },
  {
    id: "A15",
    sentence: "workshop machine: an Ubuntu VM with Docker, by Vagrant",
    untestable:
      "it takes a virtual machine, which is not booted; the tests validate vagrant/Vagrantfile for each provider, and run " +
      "vagrant/provision.sh (docs/vagrant.md)",
  },
  { id: "B1", sentence: "none: a network stack with a loopback interface only" },
  {
    id: "B2",
    sentence: "none: for staging a later network connection",
    outdated: "the engine refuses to connect it; a container of a user-defined network can be staged without any",
  },
  { id: "B3", sentence: "bridge: containers on one host reach each other" },
  {
    id: "B4",
    sentence: "bridge: the containers' addresses are not reachable from outside the host",
    outdated:
      "who has a route to them gets through, on engines before 28 on a host that forwards everything (FORWARD policy ACCEPT)",
    outdatedBy: "bridge/web-2/direct-open",
  },
  { id: "B5", sentence: "bridge: one end of a veth pair lies in the container, the other in the bridge" },
  { id: "B6", sentence: "bridge: every container has a network namespace of its own" },
  { id: "B7", sentence: "bridge: iptables does NAT and port mapping" },
  { id: "B8", sentence: "bridging solves port conflicts" },
  { id: "B9", sentence: "bridging isolates networks from each other" },
  { id: "B10", sentence: "NAT costs performance", untestable: NETWORKS },
  { id: "B11", sentence: "host mode suffers port conflicts" },
  { id: "B12", sentence: "host mode: unprivileged, a container may not reconfigure the host's network" },
  { id: "B13", sentence: "after the first server is killed, the second can start and answers" },
  { id: "B14", sentence: "ifconfig inside prints the same as on the host" },
  { id: "B15", sentence: "the container is reachable by the host's own IP address, with no mapping" },
  { id: "B16", sentence: "overlay: one network across several hosts, by tunnels (VXLAN)" },
  { id: "B17", sentence: "overlay: containers on two overlays are segmented, even on one host" },
  {
    id: "B18",
    sentence: "overlay: a key-value store and extra parameters of the daemon are needed",
    outdated: "since Docker 1.12 engines form a swarm themselves, with neither",
  },
  { id: "B19", sentence: "macvlan: containers sit directly on the parent's network" },
  { id: "B20", sentence: "ipvlan: with an L2 and an L3 mode" },
  { id: "B21", sentence: "underlay: one VLAN for each sub-interface, instead of one bridge for each VLAN" },
  {
    id: "B22",
    sentence: "underlays are more efficient than bridges",
    untestable: measured(
      "npm run bench -- --only underlay measures macvlan beside host mode and a published port, from a peer on the LAN",
    ),
  },
];

/** What the program shows by other means than a check of a lab that is up. */
const SHOWN_OTHERWISE: Readonly<Record<string, string>> = {
  A3: "the preflight of every deploy refuses engines whose host is not this machine",
  A14: "the teardown of every lab fails when anything is left",
};

export type Standing = "held" | "outdated" | "not testable here" | "no check yet";

export interface Entry extends Claim {
  readonly standing: Standing;
  /** What proves it: ids of checks, or what the program does. */
  readonly proof: readonly string[];
}

/** A check, as far as the ledger cares. */
export interface Proof {
  readonly id: string;
  readonly claims: readonly string[];
  /** Why it would be skipped here; undefined where it can be run, and where that is not known. */
  readonly lacking?: string | undefined;
}

/** The ledger: every claim once, with what proves it among these checks. */
export function ledger(checks: readonly Proof[]): Entry[] {
  return CLAIMS.map((claim) => {
    const otherwise = SHOWN_OTHERWISE[claim.id];
    const about = checks.filter((check) => check.claims.includes(claim.id));
    const proof = [
      ...about.filter(({ lacking }) => lacking === undefined).map(({ id }) => id),
      ...(otherwise === undefined ? [] : [otherwise]),
    ];
    if (proof.length > 0) return { ...claim, standing: isOutdated(claim, proof) ? "outdated" : "held", proof };
    const reasons = [...new Set(about.flatMap(({ lacking }) => lacking ?? []))].join("; ");
    const untestable = reasons === "" ? claim.untestable : reasons;
    if (untestable === undefined) return { ...claim, standing: "no check yet", proof };
    return { ...claim, untestable, standing: "not testable here", proof };
  });
}

function isOutdated({ outdated, outdatedBy }: Claim, proof: readonly string[]): boolean {
  return outdated !== undefined && (outdatedBy === undefined || proof.includes(outdatedBy));
}
