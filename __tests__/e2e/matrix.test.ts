import * as fc from "fast-check";
import { derivedMatrix, measured } from "../../lib/checks/matrix/matrix";
import { agrees, type MatrixRecord } from "../../lib/checks/matrix/record";
import { foundAddresses, traitsIn } from "../../lib/checks/matrix/surroundings";
import { removeWires } from "../../lib/cli/wires";
import { conditions } from "../../lib/engine/conditions";
import { execute } from "../../lib/engine/execute";
import { connect, DEFAULT_HOST } from "../../lib/engine/connection";
import { matrixTable } from "../../lib/report/matrix";
import { styleFor } from "../../lib/report/style";
import type { Topology } from "../../lib/topology/topology";
import { dice, labOf } from "../topology/topologies";
import { deployTopologies, removeTopologies } from "./deployed-topology";
import { type Snapshot, settled, snapshot } from "./surroundings";

const docker = connect(process.env["DOCKER_HOST"] || DEFAULT_HOST);
const PLAIN = styleFor({ isTTY: false }, {});

/** The lab deployed and asked: every vantage, every listener, every name. */
async function measure(id: string, topology: Topology): Promise<MatrixRecord> {
  const found = await conditions(docker);
  const addresses = await foundAddresses(docker, topology);
  return measured(derivedMatrix(id, topology, traitsIn(found), addresses), topology, addresses);
}

/** How many labs are on the engine at the same time. */
const AT_ONCE = 4;

let before: Snapshot;
beforeAll(async () => {
  await removeTopologies(docker);
  before = await snapshot();
});
afterEach(() => removeTopologies(docker));
afterAll(async () => {
  const remotes = Array.from({ length: AT_ONCE }, (_, place) => labOf({ networks: [], servers: [] }, place).remotes);
  await removeWires(remotes.flat(), execute);
  expect(await settled(before)).toEqual(before);
});

describe("random labs, really deployed: what was predicted is what is measured, in every cell", () => {
  const COUNT = 12;
  const seed = Number(process.env["LAB_SEED"] || Math.floor(Math.random() * 2 ** 31));
  const labs = fc.sample(dice(), { seed, numRuns: COUNT }).map((thrown, place) => labOf(thrown, place % AT_ONCE));
  let cells = 0;

  test.each(Array.from({ length: COUNT / AT_ONCE }, (_, group) => group))(
    `group %d of seed ${String(seed)}`,
    async (group) => {
      const now = labs.slice(group * AT_ONCE, (group + 1) * AT_ONCE);
      const topologies = now.map((lab) => ({ id: lab.id, topology: lab.topology() }));
      await deployTopologies(docker, now);
      const matrices = await Promise.all(topologies.map(({ id, topology }) => measure(id, topology)));
      for (const [index, matrix] of matrices.entries()) {
        const wrong = matrix.cells.filter((cell) => !agrees(cell));
        // The whole table, with what differs and the lab itself: enough to make a test of its own of it.
        if (wrong.length > 0) {
          throw new Error(`${matrixTable(matrix, PLAIN)}\n${JSON.stringify(topologies[index]?.topology)}`);
        }
        expect(matrix.cells.filter(({ actual }) => actual === undefined)).toEqual([]);
        cells += matrix.cells.length;
      }
    },
  );

  test("and that were many", () => {
    console.info(`LAB_SEED=${String(seed)}: ${String(cells)} cells of ${String(COUNT)} labs, all as predicted`);
    expect(cells).toBeGreaterThan(500);
  });
});
