import type Docker from "dockerode";
import type { Command } from "commander";
import type { DeployedLab } from "../../checks/deployed";
import { derivedMatrix, measured } from "../../checks/matrix/matrix";
import { agrees, type MatrixRecord } from "../../checks/matrix/record";
import { foundAddresses, givenAddresses, traitsIn } from "../../checks/matrix/surroundings";
import { conditions } from "../../engine/conditions";
import type { EngineTraits } from "../../topology/reachability/connection";
import { matrixReasons, matrixTable } from "../../report/matrix";
import { readState } from "../../terraform/state";
import { Refusal } from "../../topology/refusal";
import type { Topology } from "../../topology/topology";
import { describedLabs } from "../described";
import { placeOf } from "../check-deployed";
import { reachedEngine } from "../engine";
import { EXIT } from "../exit";
import { option, withExamples } from "../options";
import { labsMeant } from "../own-labs";
import type { Session } from "../session";

interface MatrixOptions {
  readonly probe?: boolean;
  readonly why?: boolean;
  readonly json?: boolean;
}

/** `lab matrix`: who reaches whom, by which name, and why; as the model says, or as measured. */
export function matrixCommand(program: Command, session: Session): void {
  const command = program
    .command("matrix <lab>")
    .description("who reaches whom: derived from the lab's description, and measured with --probe")
    .addOption(option("--probe", "measure every cell on the engine, and show where it differs"))
    .addOption(option("--why", "say for each cell why"))
    .addOption(option("--json", "print the cells as JSON"))
    .action(async (name: string, options: MatrixOptions) => {
      process.exitCode = await matrix(session, name, options);
    });
  withExamples(command, [
    ["npx lab matrix bridge", "what must reach what"],
    ["npx lab matrix bridge --why", "and why, cell by cell"],
    ["npx lab matrix bridge --probe", "measured, once the lab is up"],
  ]);
}

/** @returns 0, or 1 when what was measured differs from what was predicted */
async function matrix(session: Session, name: string, { probe, why, json }: MatrixOptions): Promise<number> {
  const deployed = await deployedLab(session, name);
  if (probe === true && deployed === undefined) {
    throw new Refusal("lab matrix --probe", `${name} is not up; first`, `npx lab up ${name}`);
  }
  const [described] = deployed === undefined ? await describedLabs(session, [name]) : [deployed];
  const topology = described && (await standing(session, described, deployed !== undefined));
  if (described === undefined || topology === undefined) {
    throw new Refusal("lab matrix", `${name} was deployed by an older version; first`, `npx lab up ${name}`);
  }
  if (described.engines?.some(({ name }) => !topology.engines.some((one) => one.name === name)) === true) {
    throw new Refusal(
      "lab matrix",
      `lab ${described.id} is on remote engines; a matrix is about engines on this machine. Its checks tell who reaches whom`,
      `npx lab checks ${described.id}`,
    );
  }
  const record =
    probe === true
      ? await probed(await reachedEngine(session), described.id, topology)
      : await derived(session, described.id, topology, deployed !== undefined);
  session.print(json === true ? JSON.stringify(record, null, 2) : matrixTable(record, session.style));
  if (described.steps.length > 0) {
    session.say(
      `${described.id} has steps: this is who reaches whom at its beginning (npx lab reset ${described.id})${
        topology.services === undefined ? "" : ", with the services that its steps have created"
      }`,
    );
  }
  if (why === true && json !== true) session.print(`\n${matrixReasons(record)}`);
  return record.cells.every(agrees) ? EXIT.fine : EXIT.failed;
}

/** With those services that are there: of a lab that is not up, or of which nobody knows where it stands, all. */
async function standing({ project }: Session, lab: DeployedLab, isUp: boolean): Promise<Topology | undefined> {
  const { topology, steps, id } = lab;
  if (topology?.services === undefined) return topology;
  const done = (isUp ? await placeOf(project, id) : undefined) ?? steps.length;
  const actions = steps.slice(0, done).flatMap((step) => step.actions);
  const created = actions.flatMap((one) => (one.do === "create-service" ? one.service : []));
  return { ...topology, services: topology.services.filter(({ name }) => created.includes(name)) };
}

async function deployedLab(session: Session, name: string): Promise<DeployedLab | undefined> {
  const [lab] = await labsMeant(session.project, [name]);
  return lab === undefined ? undefined : (await readState(session.project.state(lab.id), lab.id)).lab;
}

async function probed(docker: Docker, lab: string, topology: Topology): Promise<MatrixRecord> {
  const [traits, addresses] = await Promise.all([traitsOf(docker), foundAddresses(docker, topology)]);
  return measured(derivedMatrix(lab, topology, traits, addresses), topology, addresses);
}

/** Of a lab that is not up, or where no engine answers, the model knows enough. */
async function derived(session: Session, lab: string, topology: Topology, isUp: boolean): Promise<MatrixRecord> {
  const docker = session.docker();
  const traits = await traitsOf(docker).catch(() => undefined);
  if (traits === undefined) session.say(`no engine answers: derived for Engine ${USUAL.version} with docker-proxy`);
  const addresses = isUp ? await foundAddresses(docker, topology).catch(() => undefined) : undefined;
  return derivedMatrix(lab, topology, traits ?? USUAL, addresses ?? givenAddresses(topology));
}

const USUAL = { version: "28.0", userlandProxy: true };

async function traitsOf(docker: Docker): Promise<EngineTraits> {
  return traitsIn(await conditions(docker));
}
