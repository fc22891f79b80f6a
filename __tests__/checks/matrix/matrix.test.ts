import { FACTS } from "../../../lib/checks/facts";
import { derivedMatrix, measured } from "../../../lib/checks/matrix/matrix";
import { agrees, MatrixRecord } from "../../../lib/checks/matrix/record";
import { type Addresses, givenAddresses } from "../../../lib/checks/matrix/surroundings";
import { matrixReasons, matrixTable } from "../../../lib/report/matrix";
import { styleFor } from "../../../lib/report/style";
import { NestedEngine } from "../../../lib/topology/other-engines";
import { Identity } from "../../../lib/topology/identity";
import { Lab } from "../../../lib/topology/lab";
import { BridgeNetwork } from "../../../lib/topology/declared-network";
import { BECAUSE } from "../../../lib/topology/reachability/reasons";
import { Server } from "../../../lib/topology/server";

const PLAIN = styleFor({ isTTY: false }, {});
const identity = new Identity("mine", "i1");
const lab = new Lab(identity);
const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.80.0.0/24" }));
lab.addServer(new Server(identity, "one", { network: lan, address: "10.80.0.2", publish: [8080] }));
lab.addServer(new Server(identity, "two", { network: lan }));
const topology = lab.topology();
const ENGINE = { version: "20.10.24", userlandProxy: true };
const given = givenAddresses(topology);
const ADDRESSES: Addresses = {
  host: "192.0.2.2",
  gateways: new Map([["lan", "10.80.0.1"]]),
  servers: new Map([
    ["one", new Map([["lan", "10.80.0.2"]])],
    ["two", new Map([["lan", "10.80.0.3"]])],
  ]),
  services: new Map(),
  engines: new Map(),
  remotes: new Map(),
};
const derived = derivedMatrix("mine", topology, ENGINE, ADDRESSES);

test("the model alone knows the addresses that the lab chose", () => {
  expect(given.servers.get("one")?.get("lan")).toBe("10.80.0.2");
  expect(given.servers.get("two")?.get("lan")).toBeUndefined();
  expect(given.gateways.get("lan")).toBe("10.80.0.1");
});

test("a matrix is data that travels", () => {
  expect(MatrixRecord.parse(JSON.parse(JSON.stringify(derived)))).toEqual(derived);
  expect(derived.cells).toContainEqual({
    vantage: "two",
    way: "name",
    listener: "one:80",
    url: "http://one:80/",
    expected: [{ kind: "answers", by: ["one"] }],
    why: "the embedded resolver knows the names of all containers on the network",
    fact: "U3",
  });
});

test("is printed as a table, and with reasons", () => {
  expect(matrixTable(derived, PLAIN)).toMatchInlineSnapshot(`
   "                      one:80          two:80          one published :8080
   host  127.0.0.1       (refused)       (refused)       one
         host address    –               –               one
         gateway of lan  –               –               one
         address on lan  one             two             (refused)
         name            (no such name)  (no such name)  –
   one   127.0.0.1       one             one             (refused)
         host address    –               –               one
         gateway of lan  –               –               one
         address on lan  one             two             (refused)
         name            one             two             –
   two   127.0.0.1       two             two             (refused)
         host address    –               –               one
         gateway of lan  –               –               one
         address on lan  one             two             (refused)
         name            one             two             –

   30 cells"
  `);
  expect(matrixReasons(derived).split("\n")).toHaveLength(derived.cells.length);
  expect(matrixReasons(derived)).toContain(
    "two → one:80 by 127.0.0.1: two, since it listens in the namespace itself, on every address of it (N4)",
  );
});

test("every reason names a fact of the catalogue", () => {
  expect(Object.values(BECAUSE).filter(({ fact }) => !(fact in FACTS))).toEqual([]);
});

test("on engines of a lab's own, each vantage is asked there: a host in its container, a server by its host", async () => {
  const several = new Lab(identity);
  const street = several.addNetwork(new BridgeNetwork(identity, "street", { subnet: "10.81.0.0/24", internal: true }));
  const host = several.addEngine(new NestedEngine(identity, "host-a", { lan: street, address: "10.81.0.10" }));
  const inner = several.addNetwork(new BridgeNetwork(identity, "inner", { subnet: "10.82.0.0/24", engine: host }));
  several.addServer(new Server(identity, "web", { network: inner, address: "10.82.0.2" }));
  const model = several.topology();
  const asked: string[] = [];
  const run = (argv: readonly string[]) => {
    asked.push(
      `${argv.slice(0, argv.indexOf("curl")).join(" ")}: ${argv.filter((one) => /^http/.test(one)).join(" ")}`,
    );
    return Promise.resolve({ exit: 0, stdout: "", stderr: "" });
  };
  const addresses = givenAddresses(model);
  await measured(derivedMatrix("mine", model, ENGINE, addresses), model, addresses, run);
  expect(new Set(asked)).toEqual(
    new Set([
      ": http://127.0.0.1:80/ http://web:80/",
      "docker exec lab-mine-host-a: http://127.0.0.1:80/ http://10.82.0.2:80/ http://web:80/",
      "docker exec lab-mine-host-a docker exec lab-mine-web: http://127.0.0.1:80/ http://10.82.0.2:80/ http://web:80/",
    ]),
  );
});

/** A curl that answers as predicted, but for the cells named. */
function fake(wrong: (vantage: string, url: string, look: number) => string | undefined) {
  const looks = new Map<string, number>();
  const asked: string[][] = [];
  const run = (argv: readonly string[]) => {
    const vantage = argv[0] === "docker" ? (argv[2] ?? "").replace("lab-mine-", "") : "host";
    const look = (looks.get(vantage) ?? 0) + 1;
    looks.set(vantage, look);
    const urls = argv.filter((word) => word.startsWith("http://"));
    asked.push([vantage, ...urls]);
    const lines = urls.map((url, index) => {
      const cell = derived.cells.find((one) => one.vantage === vantage && one.url === url);
      const [expected] = cell?.expected ?? [];
      const by = expected?.kind === "answers" ? expected.by[0] : undefined;
      const token = topology.servers.find(({ name }) => name === by)?.token ?? "";
      const [exit, signature, message] =
        wrong(vantage, url, look) !== undefined
          ? [28, "", "Failed to connect"]
          : by !== undefined
            ? [0, `${by} ${token}`, ""]
            : expected?.kind === "no-name"
              ? [6, "", "Could not resolve host"]
              : [7, "", "Couldn't connect"];
      return ["cell", index, exit, exit === 0 ? 200 : 0, exit === 0 ? 0.1 : 0, signature, message].join("\t");
    });
    const stderr = urls.map(
      (url) => `connect to ${new URL(url).hostname} port ${new URL(url).port || "80"} failed: refused`,
    );
    return Promise.resolve({ exit: 0, stdout: lines.join("\n"), stderr: stderr.join("\n") });
  };
  return { run, asked };
}

test("measured, each vantage asks once for all, and all agree", async () => {
  const { run, asked } = fake(() => undefined);
  const found = await measured(derived, topology, ADDRESSES, run);
  expect(found.cells.filter((cell) => !agrees(cell) || cell.actual === undefined)).toEqual([]);
  expect(asked.map(([vantage]) => vantage).sort()).toEqual(["host", "one", "two"]);
  expect(matrixTable(found, PLAIN)).toMatch(
    new RegExp(`^${String(found.cells.length)} cells, ${String(found.cells.length)} as predicted`, "m"),
  );
});

test("what differs is looked at again: a busy machine may answer too late once", async () => {
  const { run, asked } = fake((vantage, url, look) =>
    vantage === "two" && url.includes("one") && look === 1 ? "late" : undefined,
  );
  const found = await measured(derived, topology, ADDRESSES, run);
  expect(found.cells.every(agrees)).toBe(true);
  expect(asked.filter(([vantage]) => vantage === "two")[1]).toEqual(["two", "http://one:80/"]);
});

test("what still differs is told, with what was predicted and why", async () => {
  const { run } = fake((vantage, url) => (vantage === "two" && url.includes("one") ? "dropped" : undefined));
  const found = await measured(derived, topology, ADDRESSES, run);
  expect(found.cells.filter((cell) => !agrees(cell))).toHaveLength(1);
  const table = matrixTable(found, PLAIN);
  expect(table).toContain("(dropped) ≠ one");
  expect(table).toContain("DIFFERS  two → one:80 by name (http://one:80/)");
  expect(table).toContain(
    "predicted  one: the embedded resolver knows the names of all containers on the network (U3)",
  );
});

test("a cell without an address is not measured, and that is said", async () => {
  const unknown = derivedMatrix("mine", topology, ENGINE, { ...ADDRESSES, host: undefined });
  const { run } = fake(() => undefined);
  const found = await measured(unknown, topology, { ...ADDRESSES, host: undefined }, run);
  expect(matrixTable(found, PLAIN)).toMatch(/as predicted, 3 without an address to ask/);
});
