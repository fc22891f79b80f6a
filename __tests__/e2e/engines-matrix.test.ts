import * as fc from "fast-check";
import { derivedMatrix, measured } from "../../lib/checks/matrix/matrix";
import { agrees } from "../../lib/checks/matrix/record";
import { foundAddresses, traitsIn } from "../../lib/checks/matrix/surroundings";
import { conditions } from "../../lib/engine/conditions";
import { connect, DEFAULT_HOST } from "../../lib/engine/connection";
import { matrixTable } from "../../lib/report/matrix";
import { styleFor } from "../../lib/report/style";
import type { Topology } from "../../lib/topology/topology";
import { engineDice, engineLabOf, LAN } from "../topology/engine-topologies";
import { DeployedEngines } from "./deployed-engines";
import { describeWithEngines } from "./engine-image";
import { type Snapshot, settled, snapshot } from "./surroundings";

const client = connect(process.env["DOCKER_HOST"] || DEFAULT_HOST);
const PLAIN = styleFor({ isTTY: false }, {});

describeWithEngines("random labs of two engines, really deployed: what was predicted is what is measured", () => {
  const COUNT = 3;
  const seed = Number(process.env["LAB_SEED"] || Math.floor(Math.random() * 2 ** 31));
  const topologies = fc
    .sample(engineDice(), { seed, numRuns: COUNT })
    .map((thrown, place) => sharing(engineLabOf(thrown, place).topology(), place));
  const engines = new DeployedEngines(topologies[0]?.engines ?? [], "labtest-engines-lan", LAN);
  let before: Snapshot;
  let cells = 0;
  let byHost = 0;

  beforeAll(async () => {
    before = await snapshot();
    await engines.create();
  });
  afterAll(async () => {
    await engines.remove();
    expect(await settled(before)).toEqual(before);
  });

  test.each(topologies.map((topology, place) => ({ topology, place })))(
    `lab $place of seed ${String(seed)}`,
    async ({ topology, place }) => {
      try {
        await engines.deploy(topology);
        const traits = traitsIn(await conditions(client));
        const addresses = await foundAddresses(client, topology);
        const matrix = await measured(
          derivedMatrix(`engines-${String(place)}`, topology, traits, addresses),
          topology,
          addresses,
        );
        // The whole table, with what differs and the lab itself: enough to make a test of its own of it.
        if (!matrix.cells.every(agrees)) throw new Error(`${matrixTable(matrix, PLAIN)}\n${JSON.stringify(topology)}`);
        const asked = matrix.cells.filter(({ actual }) => actual !== undefined);
        cells += asked.length;
        byHost += asked.filter(({ way }) => way.startsWith("address of ")).length;
      } finally {
        await engines.clear(topology);
      }
    },
  );

  test("and that were many", () => {
    console.info(
      `LAB_SEED=${String(seed)}: ${String(cells)} cells of ${String(COUNT)} labs on two engines, as predicted; ` +
        `${String(byHost)} by the LAN address of a host`,
    );
    expect(cells).toBeGreaterThan(100);
  });
});

/** All labs are on one pair of engines, and one LAN. */
function sharing(topology: Topology, place: number): Topology {
  const shared = (name: string): string =>
    ["lan", "host-a", "host-b"].some((one) => name === `labtest-engines-${String(place)}-${one}`)
      ? name.replace(`engines-${String(place)}`, "engines")
      : name;
  return {
    ...topology,
    networks: topology.networks.map((one) => ({ ...one, engineName: shared(one.engineName) })),
    engines: topology.engines.map((one) => ({ ...one, container: shared(one.container) })),
  };
}
