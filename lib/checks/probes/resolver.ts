import { isIP } from "net";
import { z } from "zod";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind } from "../probe";
import { at, HOST } from "../vantage";

/** The address of the engine's embedded resolver, inside containers on user-defined networks. */
const EMBEDDED = "127.0.0.11";

/** Which resolver a container uses: its /etc/resolv.conf, and whether the embedded resolver is there. */
export const ResolverProbe = z.strictObject({
  kind: z.literal("resolver"),
  container: z.string(),
  expectation: z.enum(["as-on-host", "embedded", "not-embedded"]),
});
export type ResolverProbe = z.infer<typeof ResolverProbe>;

export const resolver: ProbeKind<ResolverProbe> = {
  needs: (probe) => (probe.expectation === "as-on-host" ? [] : ["root"]),
  vantage: ({ container }) => ({ kind: "container", container }),
  commands: (probe) => [
    { name: "inside", command: at({ kind: "container", container: probe.container }, ["cat", "/etc/resolv.conf"]) },
    ...(probe.expectation === "as-on-host"
      ? [{ name: "host", command: at(HOST, ["cat", "/etc/resolv.conf"]) }]
      : [{ name: "sockets", command: at({ kind: "namespace", container: probe.container }, ["ss", "-Hlntu"]) }]),
  ],
  expected: (probe) =>
    ({
      "as-on-host": "the host's resolver settings",
      embedded: `the embedded resolver: nameserver ${EMBEDDED}, and a socket that listens there`,
      "not-embedded": `no embedded resolver: neither nameserver ${EMBEDDED} nor a socket that listens there`,
    })[probe.expectation],
  judge: (probe, findings) =>
    probe.expectation === "as-on-host" ? judgeAsOnHost(probe, findings) : judgeEmbedded(probe, findings),
};

/** What resolv.conf(5) knows. Lines of other words are not of such a file. */
const SETTING = /^(?:nameserver|search|domain|options|sortlist) (\S+)/;

function isSetting(line: string): boolean {
  const value = SETTING.exec(line)?.[1];
  return value !== undefined && (!line.startsWith("nameserver") || isIP(value.replace(/%.*/, "")) !== 0);
}

/** A line of `ss -Hlntu` for each socket; none where nothing listens. */
function isSocketTable(text: string): boolean {
  return /^(?:(?:tcp|udp) +\S.*\n)*$/.test(text);
}

/** The lines that mean something, without comments; engines since 26.0 add a header to theirs. */
export function settings(resolvConf: string): string[] {
  return resolvConf
    .split("\n")
    .map((line) =>
      line
        .replace(/[#;].*/, "")
        .trim()
        .replace(/\s+/g, " "),
    )
    .filter((line) => line !== "");
}

function judgeAsOnHost(probe: ResolverProbe, findings: Findings): Judgement {
  const trouble = failed("cat, inside,", findings.one("inside")) ?? failed("cat", findings.one("host"));
  if (trouble !== undefined) return trouble;
  const [inside, host] = [settings(findings.one("inside").stdout), settings(findings.one("host").stdout)];
  if (host.length === 0 || ![...inside, ...host].every(isSetting)) return error("that is no resolv.conf");
  const actual = inside.join("; ") || "no settings";
  if (inside.join("\n") === host.join("\n")) return pass(actual);
  return fail(actual, `the host has: ${host.join("; ")}`, `docker exec ${probe.container} cat /etc/resolv.conf`);
}

function judgeEmbedded(probe: ResolverProbe, findings: Findings): Judgement {
  const sockets = findings.one("sockets");
  const trouble = failed("cat, inside,", findings.one("inside")) ?? failed("ss", sockets);
  if (trouble !== undefined) return trouble;
  const inside = settings(findings.one("inside").stdout);
  if (inside.length === 0 || !inside.every(isSetting)) return error("that is no resolv.conf");
  if (!isSocketTable(sockets.stdout)) return error("ss printed something else than sockets");
  const configured = inside.includes(`nameserver ${EMBEDDED}`);
  const listens = sockets.stdout.includes(` ${EMBEDDED}:`);
  const actual = `nameserver ${EMBEDDED} ${configured ? "configured" : "not configured"}, ${listens ? "listening" : "nothing listens there"}`;
  const wanted = probe.expectation === "embedded";
  if (configured === wanted && listens === wanted) return pass(actual);
  return fail(
    actual,
    wanted ? "names of other containers will not resolve" : "this is a user-defined network, not the default bridge",
    `docker inspect -f '{{.HostConfig.NetworkMode}}' ${probe.container}`,
  );
}
