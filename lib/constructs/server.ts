import { dependable } from "cdktf";
import { EVERY_ADDRESS } from "../topology/publication";
import type { Attachment, Server } from "../topology/server";
import type { Container, ContainerConfig, Network } from "./providers";

/** As the provider reads it back: a namespace is shared by the id of its owner, which then also replaces who joined it. */
export function networkMode({ network }: Server, containerOf: (owner: Server) => Container): string {
  switch (network.mode) {
    case "host":
    case "none":
      return network.mode;
    case "shared":
      return `container:${containerOf(network.owner).id}`;
    case "bridge":
    case "default-bridge":
    case "overlay":
    case "macvlan":
    case "ipvlan":
      return "bridge";
  }
}

/** @param networks what was declared for each attachment, in their order */
export function attachedTo(attachments: readonly Attachment[], networks: readonly Network[]): Partial<ContainerConfig> {
  if (attachments.length === 0) return {};
  return {
    networksAdvanced: attachments.map(({ address, names }, index) => ({
      name: networks[index]?.name ?? "",
      ...(address === undefined ? {} : { ipv4Address: address }),
      aliases: [...names],
    })),
    // A container does not survive its network: without this, replacing the network waits for its death in vain.
    lifecycle: { replaceTriggeredBy: networks.map((network) => dependable(network)) },
  };
}

/** In the order in which the provider reads them back. */
export function publishedPorts({ publications }: Server): Partial<ContainerConfig> {
  if (publications.length === 0) return {};
  const ports = [...publications]
    .sort((a, b) => a.to - b.to)
    .map(({ port, on, to }) => ({ internal: to, external: port, ...(on === EVERY_ADDRESS ? {} : { ip: on }) }));
  return { ports };
}

/** In the other modes names are not the engine's matter: it copies the host's settings, or the owner's. */
export function resolvers({ network }: Server, dns: string | undefined): Partial<ContainerConfig> {
  const own = ["bridge", "default-bridge", "macvlan", "ipvlan"].includes(network.mode);
  return own && dns !== undefined ? { dns: [dns] } : {};
}
