import { z } from "zod";
import { parseJson } from "../../engine/json";
import { error, fail, type Findings, type Judgement, pass, type ProbeKind, NOTHING } from "../probe";

/** What the engine says of a container. Always paired with a check of behaviour: inspect is not reality. */
export const InspectProbe = z.strictObject({
  kind: z.literal("inspect"),
  container: z.string(),
  expectation: z.enum(["host-mode-without-address", "none-mode-without-address", "nothing-published"]),
});
export type InspectProbe = z.infer<typeof InspectProbe>;

const Inspected = z.object({
  HostConfig: z.object({ NetworkMode: z.string(), PortBindings: z.record(z.string(), z.unknown()).nullish() }),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.unknown()).nullable()).nullish(),
    Networks: z.record(z.string(), z.object({ IPAddress: z.string().default("") })),
  }),
});
type Inspected = z.infer<typeof Inspected>;

/** What the engine calls the mode. */
const MODE = { "host-mode-without-address": "host", "none-mode-without-address": "none" } as const;

export const inspect: ProbeKind<InspectProbe> = {
  needs: NOTHING,
  commands: (probe) => [{ name: "inspect", command: ["docker", "inspect", probe.container] }],
  expected: ({ expectation }) =>
    expectation === "nothing-published"
      ? "no port mapping"
      : `${MODE[expectation]} mode, and no address of the container's own`,
  judge: judgeInspect,
};

function judgeInspect(probe: InspectProbe, findings: Findings): Judgement {
  const container = parseJson(z.tuple([Inspected]), findings.one("inspect").stdout)?.[0];
  if (container === undefined) return error("the engine's answer has another form than expected");
  return probe.expectation === "nothing-published"
    ? judgeNothingPublished(container)
    : judgeNoAddress(container, MODE[probe.expectation]);
}

function judgeNoAddress({ HostConfig, NetworkSettings }: Inspected, mode: string): Judgement {
  const addresses = Object.values(NetworkSettings.Networks).flatMap((network) => network.IPAddress || []);
  const actual = `mode ${HostConfig.NetworkMode}, ${addresses.length === 0 ? "no address" : addresses.join(", ")}`;
  if (HostConfig.NetworkMode === mode && addresses.length === 0) return pass(actual);
  return fail(actual, `the container is not in ${mode} mode: it has a network stack of its own`);
}

function judgeNothingPublished({ HostConfig, NetworkSettings }: Inspected): Judgement {
  const published = [
    ...Object.keys(HostConfig.PortBindings ?? {}),
    ...Object.entries(NetworkSettings.Ports ?? {}).flatMap(([port, bindings]) => (bindings?.length ? [port] : [])),
  ];
  if (published.length === 0) return pass("no port mapping");
  return fail(`published: ${[...new Set(published)].join(", ")}`, "the engine maps a port where the lab declares none");
}
