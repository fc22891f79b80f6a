/**
 * For labs of one's own: `import { LabStack, http } from "docker-network-labs"`. See README.md, "A lab of your own".
 */
export type { CheckProps, LabStep, StepProps } from "./lib/constructs/lab-checks";
export { LabStack, type LabStackProps } from "./lib/constructs/lab-stack";
export { BridgeNetwork, type BridgeNetworkProps } from "./lib/topology/declared-network";
export { DefaultBridge, HostNetwork, NoneNetwork, SharedNetwork } from "./lib/topology/network";
export type { PublicationProps, Publish } from "./lib/topology/publication";
export { Refusal, Unfit } from "./lib/topology/refusal";
export type { AttachmentProps, Server, ServerProps } from "./lib/topology/server";
export * from "./lib/checks/vocabulary";
export * from "./lib/checks/doing";
export type { ThrowAway, ThrowAwayProps } from "./lib/checks/throw-away";
