import { z } from "zod";
import { toShell } from "../command";
import { parseJson } from "../../engine/json";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, rootFor } from "../probe";
import { at, Vantage } from "../vantage";

const probe = { kind: z.literal("routes"), from: Vantage };

/** Where a vantage sends its packets, by `ip route`. */
export const RoutesProbe = z.discriminatedUnion("expectation", [
  /** None but to itself: whatever it sends elsewhere is unreachable at once. */
  z.strictObject({ ...probe, expectation: z.literal("none") }),
  /** Its own networks, and no way out of them. */
  z.strictObject({ ...probe, expectation: z.literal("no-default") }),
  z.strictObject({ ...probe, expectation: z.literal("default"), gateway: z.ipv4() }),
  /** A network, e.g. 10.77.0.0/24, that is reached without any gateway. */
  z.strictObject({ ...probe, expectation: z.literal("connected"), network: z.cidrv4() }),
]);
export type RoutesProbe = z.infer<typeof RoutesProbe>;

const Routes = z.array(
  z.object({
    dst: z.string(),
    gateway: z.string().optional(),
    dev: z.string().optional(),
    type: z.string().optional(),
  }),
);
type Route = z.infer<typeof Routes>[number];

export const routes: ProbeKind<RoutesProbe> = {
  needs: rootFor,
  commands: ({ from }) => [
    { name: "routes", command: at(from, ["ip", "-j", "-4", "route", "show"]) },
    // An empty list is what a broken tool might print, too: the kernel's own routes are always there.
    { name: "local", command: at(from, ["ip", "-j", "-4", "route", "show", "table", "local"]) },
  ],
  expected: (probe) => {
    switch (probe.expectation) {
      case "none":
        return "no route";
      case "no-default":
        return "no default route";
      case "default":
        return `a default route by ${probe.gateway}`;
      case "connected":
        return `a route to ${probe.network} without a gateway`;
    }
  },
  judge: judgeRoutes,
};

function judgeRoutes(probe: RoutesProbe, findings: Findings): Judgement {
  const [main, local] = [findings.one("routes"), findings.one("local")];
  const trouble = failed("ip", main) ?? failed("ip", local);
  if (trouble !== undefined) return trouble;
  const [found, own] = [parseJson(Routes, main.stdout), parseJson(Routes, local.stdout)];
  if (found === undefined || own === undefined) return error("ip printed no JSON", "iproute2 4.13 or newer is needed");
  if (!own.some(({ dst }) => /^127\./.test(dst))) return error("ip does not even show the route to 127.0.0.1");
  const actual = found.map(describe).join("; ") || "no route";
  if (isAsExpected(probe, found)) return pass(actual);
  return fail(actual, meaningOf(probe), toShell(at(probe.from, ["ip", "route"])));
}

function isAsExpected(probe: RoutesProbe, found: readonly Route[]): boolean {
  const ways = found.filter(({ dst }) => dst === "default");
  switch (probe.expectation) {
    case "none":
      return found.length === 0;
    case "no-default":
      return ways.length === 0;
    case "default":
      return ways.some(({ gateway }) => gateway === probe.gateway);
    case "connected":
      return found.some(({ dst, gateway }) => dst === probe.network && gateway === undefined);
  }
}

function describe({ dst, gateway, dev, type }: Route): string {
  return [type, dst, gateway && `via ${gateway}`, dev && `dev ${dev}`].filter(Boolean).join(" ");
}

function meaningOf(probe: RoutesProbe): string {
  switch (probe.expectation) {
    case "none":
    case "no-default":
      return "there is a way out where there should be none: another network is connected, or it is of another kind";
    case "default":
      return `what goes beyond its own networks does not go by ${probe.gateway}`;
    case "connected":
      return `${probe.network} is not connected here`;
  }
}
