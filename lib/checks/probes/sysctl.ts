import { z } from "zod";
import { fail, failed, type Findings, type Judgement, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

/** A setting of the kernel, as it holds at a vantage: most of `net.*` is a matter of the network namespace. */
export const SysctlProbe = z.strictObject({
  kind: z.literal("sysctl"),
  from: Vantage,
  /** e.g. `net.ipv4.ip_forward`; with slashes where a name has dots in it. */
  key: z.string().regex(/^[a-z][A-Za-z0-9_./-]+$/, "a key is like net.ipv4.ip_forward"),
  value: z.string().min(1),
});
export type SysctlProbe = z.infer<typeof SysctlProbe>;

export const sysctl: ProbeKind<SysctlProbe> = {
  needs: rootFor,
  commands: ({ from, key }) => [{ name: "value", command: at(from, ["sysctl", "-n", key]) }],
  expected: ({ key, value }) => `${key} = ${value}`,
  judge: judgeSysctl,
};

function judgeSysctl({ from, key, value }: SysctlProbe, findings: Findings): Judgement {
  const shown = findings.one("value");
  const trouble = failed("sysctl", shown);
  if (trouble !== undefined) return trouble;
  const actual = shown.stdout.trim().replace(/\s+/g, " ");
  if (actual === value) return pass(`${key} = ${value}`);
  return fail(`${key} = ${actual.slice(0, 60)}`, `the kernel is set otherwise, seen from ${describeVantage(from)}`);
}
