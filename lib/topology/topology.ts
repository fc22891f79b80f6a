import { z } from "zod";

/**
 * A lab's networks and servers as plain data, with names in place of references: what is derived from a lab (who
 * reaches whom) is derived from this, whether the lab was just described or was deployed long ago.
 */
export const Topology = z.strictObject({
  networks: z.array(
    z.strictObject({
      /** As the lab calls it; or `default bridge`, the one that the engine has from the start. */
      name: z.string(),
      /** As the engine calls it. */
      engineName: z.string(),
      /** Undefined for the default bridge: its subnet is the engine's choice. */
      subnet: z.string().optional(),
      /** Of macvlan and ipvlan; absent where there are none. Each one's gateway is an address that nobody has. */
      moreSubnets: z.array(z.string()).optional(),
      gateway: z.string().optional(),
      internal: z.boolean(),
      interContainerConnectivity: z.boolean(),
      /** Absent for a bridge. */
      driver: z.enum(["overlay", "macvlan", "ipvlan"]).optional(),
      /** How frames are treated between containers of one host; of macvlan and ipvlan only. */
      driverMode: z.string().optional(),
      /** Of macvlan and ipvlan: the network that stands for the VLAN of its parent, where that is not the LAN itself. */
      vlan: z.string().optional(),
      /** The throw-away engine that it was created on; absent for the local one. */
      engine: z.string().optional(),
    }),
  ),
  servers: z.array(
    z.strictObject({
      name: z.string(),
      container: z.string(),
      token: z.string(),
      mode: z.enum(["host", "none", "shared", "default-bridge", "bridge", "overlay", "macvlan", "ipvlan"]),
      /** The throw-away engine that it runs on; absent for the local one. */
      engine: z.string().optional(),
      /** The port that it listens on. */
      port: z.number(),
      /** The server whose network namespace it joined, in mode `shared`. */
      owner: z.string().optional(),
      /** The server that holds the port of the host which this one wants too, and does not get. */
      losesPortTo: z.string().optional(),
      /** The networks it is on, with its address where the lab chose one, and the names that the resolver knows. */
      attachments: z.array(
        z.strictObject({ network: z.string(), address: z.string().optional(), names: z.array(z.string()) }),
      ),
      publications: z.array(z.strictObject({ port: z.number(), on: z.string(), to: z.number() })),
    }),
  ),
  /** Throw-away engines, each with its address on the LAN where they meet. */
  engines: z
    .array(z.strictObject({ name: z.string(), container: z.string(), lan: z.string(), address: z.string() }))
    .default([]),
  /** Services of the swarm that the throw-away engines are, which steps create; absent where there are none. */
  services: z
    .array(
      z.strictObject({
        name: z.string(),
        token: z.string(),
        /** What its name leads to: an address of its own, or those of its tasks (DNS round robin). */
        endpointMode: z.enum(["vip", "dnsrr"]),
        /** Where others find it by its name; absent where nobody does. */
        network: z.string().optional(),
        /** On which engines its tasks run, and in which name each answers. */
        tasks: z.array(z.strictObject({ engine: z.string(), name: z.string() })),
        /** A port of the hosts of its tasks, or, by ingress, of all hosts. */
        publish: z.strictObject({ port: z.number(), mode: z.enum(["host", "ingress"]) }).optional(),
      }),
    )
    .optional(),
  /** Machines beside the host, to look from; each with a route to the lab's own networks. */
  remotes: z
    .array(
      z.strictObject({
        name: z.string(),
        container: z.string(),
        /** By which the machine knows the host. */
        hostAddress: z.string(),
        /** The host's end of the wire to it. */
        wire: z.string(),
      }),
    )
    .default([]),
});
export type Topology = z.infer<typeof Topology>;
