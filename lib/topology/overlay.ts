import type { OtherEngine } from "./other-engines";
import type { Identity } from "./identity";
import { DeclaredNetwork } from "./declared-network";

export interface OverlayNetworkProps {
  /** Its IPv4 subnet. */
  readonly subnet: string;
  /** The engines that it spans: a swarm, whose first member manages it. */
  readonly engines: readonly [OtherEngine, ...OtherEngine[]];
  /** Whether what it carries between hosts is encrypted (IPsec), which the kernel must know. @default false */
  readonly encrypted?: boolean;
}

/**
 * One network across several hosts: frames between them travel inside UDP packets (VXLAN). Always internal, so that
 * nothing leaves by another way and is answered by somebody else; always attachable, so that plain containers may join.
 */
export class OverlayNetwork extends DeclaredNetwork {
  readonly mode = "overlay" as const;
  readonly engines: readonly [OtherEngine, ...OtherEngine[]];
  readonly encrypted: boolean;

  /** @throws Refusal for a bad name or subnet */
  constructor(identity: Identity, name: string, props: OverlayNetworkProps) {
    super(identity, name, { subnet: props.subnet, internal: true, engine: props.engines[0] });
    this.engines = props.engines;
    this.encrypted = props.encrypted ?? false;
  }
}
