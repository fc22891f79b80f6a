import { isIPv4 } from "net";
import type { Check } from "../../../lib/checks/check";
import type { Probe } from "../../../lib/checks/probes";
import type { Vantage } from "../../../lib/checks/vantage";
import { docker } from "../project";
import { type LabMutants, on, onHost, type Place, type Saboteur, SITE, withoutProgram } from "./saboteur";

/*
 * What must not work is easily taken for proven where it was only not measured. So each such check is looked at without
 * its tool, with its target stopped, and with a resolver that answers nothing, and must not pass. By rule, not by list:
 * which of these a check is open to follows from its probe.
 */

/** One of them, at all checks of a lab at once that are open to it. */
export interface Round extends Required<Pick<Saboteur, "name" | "sabotage" | "mend">>, Pick<Saboteur, "environment"> {
  /** The checks that must not pass. */
  readonly ids: readonly string[];
}

/** @param checks the lab's @param mutants whom of its checks somebody else looks at without curl already */
export function roundsOf(checks: readonly Check[], { saboteurs }: Pick<LabMutants, "saboteurs">): Round[] {
  const done = saboteurs.filter(({ name }) => name.startsWith("curl is gone")).flatMap(({ red }) => Object.keys(red));
  const negative = checks.filter(({ probe }) => "control" in probe);
  const byCurl = negative.filter(({ id, probe }) => asksByCurl(probe) && !done.includes(nameIn(id)));
  const byName = negative.filter(({ probe }) => asksByName(probe));
  return [
    ...targetRounds(negative),
    ...(byCurl.length === 0 ? [] : [withoutCurl(byCurl)]),
    ...(byName.length === 0 ? [] : [withoutNames(byName)]),
  ];
}

/** A check's id without its lab. */
function nameIn(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}

/** A program that a check runs for its own sake is another matter: it may be in another place than the one who looks. */
function asksByCurl({ kind }: Probe): boolean {
  return kind === "http" || kind === "tcp" || kind === "neighbour";
}

/** Inside a container, and not by an address; `localhost` is answered by a file. */
function asksByName(probe: Probe): boolean {
  if (!("from" in probe) || probe.from.kind !== "container") return false;
  if (probe.kind === "resolve") return "control" in probe && probe.control !== "localhost";
  return probe.kind === "http" && typeof probe.target.host === "string" && !isIPv4(probe.target.host);
}

/** The target, where it is a server that is to run, and neither the one who asks nor the control: without those nothing is measured. */
function targetOf(probe: Probe): Place | undefined {
  if (!("control" in probe) || ("ended" in probe && probe.ended === true)) return undefined;
  const server = probe.kind === "neighbour" ? probe.server : serverOf(probe);
  if (server === undefined || ("service" in server && server.service === true)) return undefined;
  return others(probe).includes(server.container) ? undefined : [server.engine, server.container];
}

function serverOf(probe: Probe): { container: string; engine?: string | undefined } | undefined {
  return probe.kind === "http" || probe.kind === "tcp" ? probe.target.server : undefined;
}

/** The containers that must go on running meanwhile. */
function others(probe: Probe): string[] {
  const asking = "from" in probe && "container" in probe.from ? [probe.from.container] : [];
  const control =
    (probe.kind === "http" || probe.kind === "tcp") && "control" in probe ? probe.control.server : undefined;
  return [...asking, ...(control === undefined ? [] : [control.container])];
}

/** As many at once as leaves all that the checks of a round need besides their targets. */
function targetRounds(negative: readonly Check[]): Round[] {
  const rounds: { targets: Map<string, Place>; checks: Check[] }[] = [];
  for (const check of negative) {
    const target = targetOf(check.probe);
    if (target === undefined) continue;
    const round = rounds.find(
      ({ targets, checks }) =>
        others(check.probe).every((one) => !targets.has(one)) &&
        checks.every(({ probe }) => !others(probe).includes(target[1])),
    );
    if (round === undefined) rounds.push({ targets: new Map([[target[1], target]]), checks: [check] });
    else {
      round.targets.set(target[1], target);
      round.checks.push(check);
    }
  }
  return rounds.map(({ targets, checks }) => withoutTargets([...targets.values()], checks));
}

/** Stopped, and not to be started: whoever brings the lab to its beginning tries to. */
function withoutTargets(targets: readonly Place[], checks: readonly Check[]): Round {
  return {
    name: `${targets.map(([, container]) => container).join(", ")} stopped`,
    ids: checks.map(({ id }) => id),
    sabotage: async () => {
      for (const [engine, container] of targets) {
        await editAnywhere(engine, container, "s/^server {/serves nothing {/");
        await on(engine, "stop", "--time", "1", container);
      }
    },
    mend: async () => {
      for (const [engine, container] of targets) {
        await editAnywhere(engine, container, "s/^serves nothing {/server {/");
        await on(engine, "start", container);
      }
    },
  };
}

/** Also of a container that does not run. */
async function editAnywhere(engine: string | undefined, container: string, expression: string): Promise<void> {
  const script = 'docker cp "$1:$2" "/tmp/$1" && sed -i "$3" "/tmp/$1" && docker cp "/tmp/$1" "$1:$2" && rm "/tmp/$1"';
  const argv = ["sh", "-c", script, "edit", container, SITE, expression];
  await (engine === undefined ? onHost(...argv) : docker("exec", engine, ...argv));
}

const CURL = "/usr/bin/curl";

/** From the host, and from each container in which it is asked by curl. */
function withoutCurl(checks: readonly Check[]): Round {
  const { sabotage, mend, environment } = withoutProgram("curl", {});
  const places = placesOf(checks);
  return {
    name: "curl gone from wherever they ask",
    ids: checks.map(({ id }) => id),
    sabotage: async () => {
      await sabotage();
      await everywhere(places, "mv", CURL, `${CURL}.kept`);
    },
    mend: async () => {
      await mend?.();
      await everywhere(places, "mv", `${CURL}.kept`, CURL);
    },
    ...(environment === undefined ? {} : { environment }),
  };
}

const SWITCH = "/etc/nsswitch.conf";

/** No resolver is asked any more: that outlasts a restart, which a resolv.conf of one's own does not. */
function withoutNames(checks: readonly Check[]): Round {
  const places = placesOf(checks);
  return {
    name: "no resolver asked",
    ids: checks.map(({ id }) => id),
    sabotage: () => everywhere(places, "sh", "-c", `cp ${SWITCH} ${SWITCH}.kept && echo 'hosts: files' >${SWITCH}`),
    mend: () => everywhere(places, "mv", `${SWITCH}.kept`, SWITCH),
  };
}

/** The containers in which the checks ask; an engine's own counts as one. */
function placesOf(checks: readonly Check[]): Place[] {
  const places = checks.flatMap(({ probe }) => ("from" in probe ? (placeOf(probe.from) ?? []) : []));
  return [...new Map(places.map((place) => [place.join(), place])).values()];
}

function placeOf(from: Vantage): Place[] | undefined {
  if (from.kind === "container") return [[from.engine, from.container]];
  return from.kind === "host" && from.engine !== undefined ? [[undefined, from.engine]] : undefined;
}

async function everywhere(places: readonly Place[], ...command: string[]): Promise<void> {
  for (const [engine, container] of places) await on(engine, "exec", container, ...command);
}
