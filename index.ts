/**
 * For labs of one's own: `import { LabStack, http } from "docker-network-labs"`. See README.md, "A lab of your own".
 */
export { LabStack, type CheckProps, type LabStackProps } from "./lib/constructs/lab-stack";
export { BridgeNetwork, DefaultBridge, HostNetwork, type BridgeNetworkProps } from "./lib/topology/network";
export { Refusal, Unfit } from "./lib/topology/refusal";
export type { Server, ServerProps } from "./lib/topology/server";
export * from "./lib/checks/vocabulary";
