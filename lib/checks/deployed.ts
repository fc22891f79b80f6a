import { z } from "zod";
import { EVERY_ADDRESS, type HostListener } from "../topology/publication";
import { Topology } from "../topology/topology";
import { Check } from "./check";
import { Need } from "./need";
import { Step } from "./step";

/** A port of the host, on every address of it or on one. */
export const PortEntry = z.union([z.number(), z.strictObject({ port: z.number(), on: z.string() })]);
export type PortEntry = z.infer<typeof PortEntry>;

export function hostListener(entry: PortEntry): HostListener {
  return typeof entry === "number" ? { port: entry, on: EVERY_ADDRESS } : entry;
}

/**
 * What a stack says of its lab to those who look at it later: the preflight, the checks, the teardown's proof, the
 * status. It lies in the stack and, once deployed, in the state, so that it is about what was really deployed.
 */
export const DeployedLab = z
  .strictObject({
    schema: z.literal("lab/1"),
    id: z.string(),
    title: z.string(),
    instance: z.string(),
    image: z.string(),
    hostMode: z.boolean(),
    /** What the machine must offer before the lab can be at all. */
    needs: z.array(Need).optional(),
    /** Those on the local engine. */
    networks: z.array(z.strictObject({ name: z.string(), subnet: z.string() })),
    /**
     * Throw-away engines: the container that each runs in, and its address on the lab's LAN. Remote ones: the address
     * of each, in the container's place.
     */
    engines: z
      .array(z.strictObject({ name: z.string(), container: z.string(), address: z.string().optional() }))
      .optional(),
    /** The engines that form a swarm, by name, the manager first; and the networks across them. */
    swarm: z.strictObject({ engines: z.array(z.string()), networks: z.array(z.string()) }).optional(),
    /** VLANs: the network that stands in for each where the kernel knows no tags, and the engines with an interface for it. */
    vlans: z.array(z.strictObject({ id: z.number(), access: z.string(), engines: z.array(z.string()) })).optional(),
    servers: z.array(
      z.strictObject({
        name: z.string(),
        container: z.string(),
        token: z.string(),
        /** The throw-away engine that it runs on; absent for the local one. */
        engine: z.string().optional(),
        /** Host ports that it takes. */
        ports: z.array(PortEntry),
        /** The environment variable that changes them. */
        portOption: z.string().optional(),
        /** One line: what it is and where. */
        story: z.string(),
        /** Where a person can see it, if anywhere from the host. */
        url: z.string().optional(),
        /** The server, if any, that holds the port which this one wants too: it gives up as long as that one runs. */
        losesPortTo: z.string().optional(),
      }),
    ),
    /** What follows from the networks and servers is derived from this. Absent in labs that older versions deployed. */
    topology: Topology.optional(),
    /** Machines beside the host, to look at it from outside. None in labs that older versions deployed. */
    remotes: z
      .array(
        z.strictObject({
          name: z.string(),
          container: z.string(),
          subnet: z.string(),
          address: z.string(),
          /** The host's address, as the machine sees it. */
          hostAddress: z.string(),
          /** The host's end of the wire to it. */
          wire: z.string(),
        }),
      )
      .default([]),
    /** What holds at the beginning. */
    checks: z.array(Check),
    /** What is done after that, one step after the other, with what holds then. */
    steps: z.array(Step).default([]),
    /** Commands worth typing after a deploy. */
    tryNext: z.array(z.string()),
  })
  .refine((lab) => new Set(checksOf(lab).map(({ id }) => id)).size === checksOf(lab).length, "check ids are unique");
export type DeployedLab = z.infer<typeof DeployedLab>;

/** All checks of a lab, those of its steps included. */
export function checksOf({ checks, steps }: { checks: readonly Check[]; steps: readonly Step[] }): Check[] {
  return [...checks, ...steps.flatMap((step) => step.checks)];
}
