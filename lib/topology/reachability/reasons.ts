import type { Reason } from "./outcome";

/**
 * Why connections come about or fail, each with the fact of the catalogue (lib/checks/facts.ts) that it follows.
 */
export const BECAUSE = {
  sameNamespace: { fact: "N4", why: "it listens in the namespace itself, on every address of it" },
  nothingHere: { fact: "P9", why: "nothing listens on that port in this namespace; a published port is the host's" },
  onlyLoopback: {
    fact: "N3",
    why: "a namespace with nothing but a loopback interface has no route, so it fails at once",
  },
  sameBridge: { fact: "B6", why: "both are plugged into one bridge, which is a switch" },
  noListener: { fact: "P9", why: "a machine is there, and nothing listens on that port" },
  noInterContainer: {
    fact: "U19",
    why: "the network's inter-container connectivity is off: a rule drops what goes from one container to another",
  },
  otherBridge: { fact: "U7", why: "bridges are kept apart: a rule drops what comes from another one" },
  internalNoRoute: { fact: "U15", why: "an internal network has no way out: there is no default route" },
  hostToContainer: { fact: "B12", why: "the host has an address on each bridge, so it reaches containers directly" },
  hostMode: { fact: "H5", why: "a server in host mode listens on every address of the host" },
  gatewayIsHost: { fact: "B13", why: "a gateway's address is the host's own: what the host listens on answers there" },
  hostRefuses: { fact: "P9", why: "nothing listens on that port of the host" },
  boundElsewhere: { fact: "P6", why: "the port is published on another address of the host" },
  translated: { fact: "P3", why: "the kernel rewrites the destination (DNAT) to the server's address" },
  translatedToNothing: {
    fact: "P4",
    why: "the kernel rewrites the destination to the server's address, and nothing listens there",
  },
  proxied: { fact: "U8", why: "docker-proxy takes the connection on the host, and makes one to the server" },
  proxiedFromLoopback: {
    fact: "P3",
    why: "docker-proxy takes the connection on the host, and makes one to the server",
  },
  proxiedToNothing: {
    fact: "P4",
    why: "docker-proxy takes the connection, finds that nothing listens inside, and gives it up: LISTEN is not service",
  },
  hairpin: { fact: "P8", why: "the kernel rewrites the destination, and sends it back over the bridge it came from" },
  noHairpinAcross: {
    fact: "U8",
    why: "without docker-proxy the destination is rewritten to the server's address, and bridges are kept apart",
  },
  translatedAcross: {
    fact: "U27",
    why: "since Engine 29 the destination is rewritten for other bridges too, and what is for a published port may pass between bridges",
  },
  internalPublished: {
    fact: "U26",
    why: "what comes from an internal network is rewritten to the server's address before docker-proxy could take it, and internal networks have no way out",
  },
  internalPublishedOpen: {
    fact: "U28",
    why: "the engine's nftables rules accept what is for a published port before they drop what leaves an internal network",
  },
  internalShortCut: {
    fact: "U28",
    why: "what leaves an internal network keeps its source address, so a server that is on that network too answers past the host",
  },
  sameOverlay: { fact: "O12", why: "an overlay is one network, whatever host each is on: frames travel in a tunnel" },
  overlayName: { fact: "O12", why: "the engines of a swarm tell each other the names on a network" },
  tasksByName: { fact: "O9", why: "the name means the addresses of the tasks, on whatever hosts they are" },
  virtualAddress: { fact: "O9", why: "the name means one address, which IPVS in each host turns into that of a task" },
  virtualAddressUnbalanced: {
    fact: "O11",
    why: "the name means one address, which without IPVS in the kernel is nobody's",
  },
  ingress: { fact: "O11", why: "each host takes the port, and IPVS sends what arrives to a task, on whatever host" },
  ingressUnbalanced: { fact: "O11", why: "without IPVS in the kernel no host takes the port" },
  publishedByTask: { fact: "P3", why: "in mode host a task's port is published by its own host, as a container's is" },
  internalTask: {
    fact: "U17",
    why: "in mode host a task that is on internal networks alone publishes nothing, without a word",
  },
  noTaskHere: { fact: "P9", why: "in mode host a port is open where a task is, and on no other host" },
  sameUnderlay: { fact: "M3", why: "the kernel hands frames from one container on a parent to the other" },
  keptApart: {
    fact: "M1",
    why: "in this mode the kernel hands nothing from one container on a parent to the other, so nobody answers for the address",
  },
  otherSubnet: { fact: "I4", why: "between subnets it takes a router, on one link too" },
  onLan: { fact: "M2", why: "both are on one LAN, each with an address of its own there" },
  ownHost: {
    fact: "M4",
    why: "what a host sends by the parent goes out to the LAN: its own containers there never see it",
  },
  throughHost: {
    fact: "B9",
    why: "the host is on that LAN, and forwards what its bridges' containers send, as from itself",
  },
  beyondLan: {
    fact: "U15",
    why: "it takes the default route into an internal network, from which nothing is forwarded; or there is none",
  },
  noRouter: {
    fact: "M7",
    why: "its default route leads to the network's gateway, which is an address that nobody has",
  },
  overlayIsClosed: { fact: "U15", why: "this overlay is internal: its containers have no route beyond it" },
  nothingThere: { fact: "P9", why: "each host has a loopback interface and ports of its own" },
  directOpen: {
    fact: "P7",
    why: "before Engine 28 what comes from outside for a container's own address is forwarded, published or not",
  },
  directClosed: {
    fact: "P7",
    why: "the host forwards nothing but what a rule is about (FORWARD policy DROP), and no port of the host leads there",
  },
  directGuarded: {
    fact: "P7",
    why: "since Engine 28 a rule drops what comes for a container's own address from anywhere but its bridge",
  },
  internalFromOutside: {
    fact: "U15",
    why: "a rule drops what comes for an internal network from anywhere but its own subnet",
  },
  remoteHasNoRoute: { fact: "P7", why: "the machine has routes to the lab's own networks, and to no other" },
  remoteResolver: { fact: "H12", why: "beside the host no resolver knows anything of containers" },
  resolved: { fact: "U3", why: "the embedded resolver knows the names of all containers on the network" },
  hostResolver: { fact: "H12", why: "the host's resolver knows nothing of containers" },
  defaultBridgeResolver: { fact: "B7", why: "on the default bridge there is no embedded resolver" },
  noneResolver: { fact: "N7", why: "without a network there is no resolver to ask" },
  notOnNetwork: { fact: "U7", why: "the embedded resolver knows the names on the container's own networks only" },
} as const satisfies Readonly<Record<string, Reason>>;
