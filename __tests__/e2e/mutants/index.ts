import { bridgeMutants } from "./bridge";
import { defaultBridgeMutants } from "./default-bridge";
import { dnsMutants } from "./dns";
import { hostMutants } from "./host";
import { ipvlanMutants } from "./ipvlan";
import { isolationMutants } from "./isolation";
import { macvlanMutants } from "./macvlan";
import { noneMutants } from "./none";
import { overlayMutants } from "./overlay";
import { overlayEncryptedMutants } from "./overlay-encrypted";
import { overlayRestartMutants } from "./overlay-restart";
import { overlayServicesMutants } from "./overlay-services";
import { portConflictMutants } from "./port-conflict";
import { privilegesMutants } from "./privileges";
import type { LabMutants } from "./saboteur";
import { sharedMutants } from "./shared";
import { vlanMutants } from "./vlan";

/** Every lab's saboteurs: one file a lab. A lab without any does not pass the tests. */
export const MUTANTS: readonly LabMutants[] = [
  hostMutants,
  bridgeMutants,
  defaultBridgeMutants,
  noneMutants,
  isolationMutants,
  sharedMutants,
  dnsMutants,
  portConflictMutants,
  privilegesMutants,
  overlayMutants,
  overlayRestartMutants,
  overlayServicesMutants,
  overlayEncryptedMutants,
  macvlanMutants,
  ipvlanMutants,
  vlanMutants,
];
