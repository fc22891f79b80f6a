import * as fc from "fast-check";
import { NestedEngine } from "../../../lib/topology/other-engines";
import { Identity } from "../../../lib/topology/identity";
import { Lab } from "../../../lib/topology/lab";
import { BridgeNetwork } from "../../../lib/topology/declared-network";
import { DefaultBridge, HostNetwork } from "../../../lib/topology/network";
import { OverlayNetwork } from "../../../lib/topology/overlay";
import { reachabilityMatrix, vantageName } from "../../../lib/topology/reachability";
import { type EngineTraits, Reachability } from "../../../lib/topology/reachability/connection";
import { ReachabilityOfEngines } from "../../../lib/topology/reachability/engines";
import type { Outcome } from "../../../lib/topology/reachability/outcome";
import { Server, type ServerProps } from "../../../lib/topology/server";
import type { Topology } from "../../../lib/topology/topology";
import { UnderlayNetwork } from "../../../lib/topology/underlay";
import { engineDice, engineLabOf } from "../engine-topologies";
import { dice, labOf } from "../topologies";

const ENGINE: EngineTraits = { version: "20.10.24", userlandProxy: true, hostAddress: "192.0.2.2" };
const identity = new Identity("mine", "i1");

/** One of every kind on two engines. */
const INTERNAL = { internal: true };

function everyKind(): Topology {
  const lab = new Lab(identity);
  const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.80.0.0/24", internal: true }));
  const bridge = (name: string, subnet: string, more = {}) =>
    lab.addNetwork(new BridgeNetwork(identity, name, { subnet, ...more }));
  const [ten, twenty] = [bridge("vlan-10", "10.86.1.0/24", INTERNAL), bridge("vlan-20", "10.86.2.0/24", INTERNAL)];
  const vlans = [
    { id: 10, access: ten },
    { id: 20, access: twenty },
  ];
  const engine = (name: string, address: string) =>
    lab.addEngine(new NestedEngine(identity, name, { lan, address, vlans }));
  const [a, b] = [engine("host-a", "10.80.0.10"), engine("host-b", "10.80.0.11")];
  const tagged = (name: string, host: NestedEngine, vlan: 1 | 2, part: number) =>
    lab.addNetwork(
      new UnderlayNetwork(identity, name, {
        ...{ driver: "macvlan", engine: host, parent: `eth0.${String(vlan * 10)}` },
        ...{ subnet: `10.86.${String(vlan)}.0/24`, gateway: `10.86.${String(vlan)}.14` },
        range: `10.86.${String(vlan)}.${String(part)}/27`,
      }),
    );
  const overlay = (name: string, subnet: string) =>
    lab.addNetwork(new OverlayNetwork(identity, name, { subnet, engines: [a, b] }));
  const add = (name: string, props: ServerProps): Server => lab.addServer(new Server(identity, name, props));
  const [blue, green] = [overlay("blue", "10.81.1.0/24"), overlay("green", "10.81.2.0/24")];
  const wire = lab.addNetwork(
    new UnderlayNetwork(identity, "wire", {
      ...{ driver: "macvlan", driverMode: "private", engine: a, parent: "eth0", subnet: "10.80.0.0/24" },
      range: "10.80.0.64/27",
    }),
  );
  const flat = lab.addNetwork(
    new UnderlayNetwork(identity, "flat", {
      ...{ driver: "ipvlan", engine: b, parent: "eth0", subnet: "10.80.0.0/24", range: "10.80.0.96/27" },
      moreSubnets: ["10.82.0.0/24"],
    }),
  );
  add("peer", { network: lan });
  add("blue-a", { network: blue, engine: a });
  add("blue-b", { network: blue, engine: b });
  add("green-b", { network: green, engine: b });
  add("wire-1", { network: wire });
  add("wire-2", { network: wire });
  add("flat-1", { network: flat, address: "10.80.0.100" });
  add("flat-2", { network: flat, address: "10.80.0.101" });
  add("beside", { network: flat, address: "10.82.0.2" });
  add("beside-2", { network: flat, address: "10.82.0.3" });
  add("inner", { network: bridge("inside", "10.83.0.0/24", { engine: a }), publish: [8080] });
  add("guest", { network: HostNetwork.of(a), port: 8090 });
  add("shy", {
    network: bridge("porch", "10.87.0.0/24", { engine: a }),
    publish: [
      { port: 8081, on: "127.0.0.1" },
      { port: 8082, on: "10.80.0.10", to: 9 },
    ],
  });
  add("hidden", { network: bridge("vault", "10.84.0.0/24", { engine: a, internal: true }) });
  add("plain-a", { network: DefaultBridge.of(a) });
  add("plain-b", { network: DefaultBridge.of(b) });
  add("ten-a", { network: tagged("ten-a-net", a, 1, 64) });
  add("ten-b", { network: tagged("ten-b-net", b, 1, 96) });
  add("twenty-a", { network: tagged("twenty-a-net", a, 2, 64) });
  add("local", { network: bridge("other", "10.85.0.0/24") });
  return lab.topology();
}

function textOf(outcomes: readonly Outcome[]): string {
  return outcomes.map((one) => (one.kind === "answers" ? one.by.join("/") : `(${one.kind})`)).join(" or ");
}

function cell(topology: Topology, vantage: string, listener: string, way: string, engine = ENGINE): string {
  const { rows, listeners } = reachabilityMatrix(topology, engine);
  const row = rows.find((one) => vantageName(one.vantage) === vantage && one.way === way);
  const found = row?.cells[listeners.findIndex(({ title }) => title === listener)];
  return found === undefined ? "not asked" : `${textOf(found.prediction.outcomes)} ${found.prediction.reason.fact}`;
}

describe("who reaches whom, on two engines", () => {
  const topology = everyKind();
  const LEFT = "(dropped) or (unreachable) U15";
  test.each([
    ["blue-a", "blue-b:80", "address on blue", "blue-b O12"],
    ["blue-a", "blue-b:80", "name", "blue-b O12"],
    ["blue-a", "green-b:80", "address on green", "(unreachable) U15"],
    ["blue-b", "green-b:80", "name", "(no-name) U7"],
    ["blue-a", "peer:80", "address on lan", "(unreachable) U15"],
    ["host-a", "blue-a:80", "address on blue", LEFT],
    ["host", "blue-a:80", "address on blue", "not asked"],
    ["wire-1", "wire-2:80", "address on wire", "(unreachable) M1"],
    ["wire-1", "flat-1:80", "address on flat", "flat-1 M2"],
    ["flat-1", "flat-2:80", "address on flat", "flat-2 M3"],
    // On one link, but of another subnet: who has the LAN's router asks it, and the second subnet has none.
    ["flat-1", "beside:80", "address on flat", LEFT.replace("U15", "I4")],
    ["peer", "beside:80", "address on flat", LEFT.replace("U15", "I4")],
    ["wire-1", "beside:80", "address on flat", LEFT.replace("U15", "I4")],
    ["beside", "beside-2:80", "address on flat", "beside-2 M3"],
    ["beside", "flat-1:80", "address on flat", "(unreachable) I4"],
    ["beside", "peer:80", "address on lan", "(unreachable) I4"],
    ["beside", "blue-a:80", "address on blue", "(unreachable) M7"],
    ["peer", "wire-1:80", "address on wire", "wire-1 M2"],
    ["wire-1", "peer:80", "address on lan", "peer M2"],
    ["wire-1", "peer:80", "name", "(no-name) U7"],
    ["wire-1", "blue-a:80", "address on blue", LEFT],
    ["wire-1", "local:80", "address on other", "(dropped) U15"],
    ["host-a", "wire-1:80", "address on wire", "(unreachable) M4"],
    ["host-b", "wire-1:80", "address on wire", "wire-1 M2"],
    ["host-b", "beside:80", "address on flat", LEFT],
    ["host-b", "flat-1:80", "address on flat", "(unreachable) M4"],
    ["host", "wire-1:80", "address on wire", "wire-1 M2"],
    ["ten-a", "ten-b:80", "address on ten-b-net", "ten-b M2"],
    ["ten-a", "twenty-a:80", "address on twenty-a-net", "(unreachable) M7"],
    ["ten-b", "twenty-a:80", "address on twenty-a-net", "(unreachable) M7"],
    ["ten-a", "peer:80", "address on lan", "(unreachable) M7"],
    ["wire-1", "ten-a:80", "address on ten-a-net", "(dropped) U15"],
    ["host-a", "ten-a:80", "address on ten-a-net", "(dropped) U15"],
    ["host-b", "ten-a:80", "address on ten-a-net", "(dropped) U15"],
    ["host", "ten-a:80", "address on ten-a-net", "not asked"],
    ["host-a", "peer:80", "name", "peer U3"],
    ["host-a", "blue-a:80", "name", "(no-name) U7"],
    ["host-a", "inner:80", "address on inside", "inner B12"],
    ["host-b", "inner:80", "address on inside", LEFT],
    ["host-a", "inner published :8080", "127.0.0.1", "inner P3"],
    ["host-b", "inner published :8080", "127.0.0.1", "(refused) P9"],
    // By the host's address on the LAN: from the host itself, from others on the LAN, and from behind those.
    ["host-a", "inner published :8080", "address of host-a", "inner P3"],
    ["host-b", "inner published :8080", "address of host-a", "inner P3"],
    ["host", "inner published :8080", "address of host-a", "inner P3"],
    ["peer", "inner published :8080", "address of host-a", "inner P3"],
    ["flat-1", "inner published :8080", "address of host-a", "inner P3"],
    ["plain-b", "inner published :8080", "address of host-a", "inner B9"],
    ["plain-a", "inner published :8080", "address of host-a", "inner U8"],
    ["inner", "inner published :8080", "address of host-a", "inner U8"],
    ["wire-1", "inner published :8080", "address of host-a", "(unreachable) M4"],
    ["blue-a", "inner published :8080", "address of host-a", "(unreachable) U15"],
    ["blue-b", "inner published :8080", "address of host-a", "(unreachable) U15"],
    ["hidden", "inner published :8080", "address of host-a", "(dropped) U26"],
    ["local", "inner published :8080", "address of host-a", "(dropped) U7"],
    ["ten-a", "inner published :8080", "address of host-a", "(unreachable) M7"],
    ["beside", "inner published :8080", "address of host-a", "(unreachable) M7"],
    ["peer", "guest:8090", "address of host-a", "guest H5"],
    ["guest", "guest:8090", "address of host-a", "guest H5"],
    ["guest", "wire-1:80", "address on wire", "(unreachable) M4"],
    ["inner", "guest:8090", "address of host-a", "guest H5"],
    ["hidden", "guest:8090", "address of host-a", "guest H5"],
    ["peer", "shy published 127.0.0.1:8081", "address of host-a", "(refused) P6"],
    ["peer", "shy published 10.80.0.10:8082", "address of host-a", "(refused) P4"],
    ["host-a", "shy published 10.80.0.10:8082", "127.0.0.1", "(refused) P6"],
    ["inner", "shy published 10.80.0.10:8082", "address of host-a", "(reset) P4"],
    ["host", "inner:80", "address on inside", "not asked"],
    ["inner", "peer:80", "address on lan", "peer B9"],
    ["inner", "flat-1:80", "address on flat", "flat-1 B9"],
    ["inner", "wire-1:80", "address on wire", "(unreachable) M4"],
    ["inner", "hidden:80", "address on vault", "(dropped) U7"],
    ["hidden", "peer:80", "address on lan", "(dropped) U15"],
    // It may be the very address of plain-a, or of host-a's default bridge.
    ["plain-a", "plain-b:80", "address on default bridge", "not asked"],
    ["host-a", "plain-b:80", "address on default bridge", "not asked"],
    ["plain-a", "peer:80", "name", "(no-name) B7"],
    ["local", "wire-1:80", "address on wire", "(dropped) U7"],
    ["local", "blue-a:80", "address on blue", "not asked"],
    ["local", "peer:80", "address on lan", "(dropped) U7"],
  ])("%s → %s by %s: %s", (vantage, listener, way, expected) => {
    expect(cell(topology, vantage, listener, way)).toBe(expected);
  });

  test("without a default route on internal networks (since Engine 26.1) what is beyond them is unreachable", () => {
    const engine = { ...ENGINE, version: "28.5.2" };
    expect(cell(topology, "host-a", "blue-a:80", "address on blue", engine)).toBe("(unreachable) U15");
    expect(cell(topology, "wire-1", "local:80", "address on other", engine)).toBe("(unreachable) U15");
  });
});

describe("who reaches whom by ipvlan in mode l3, behind its host", () => {
  const lab = new Lab(identity);
  const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.80.0.0/24", internal: true }));
  const host = lab.addEngine(new NestedEngine(identity, "host-a", { lan, address: "10.80.0.10" }));
  const routed = lab.addNetwork(
    new UnderlayNetwork(identity, "routed", {
      ...{ driver: "ipvlan", driverMode: "l3", engine: host, parent: "eth0" },
      ...{ subnet: "10.82.1.0/24", moreSubnets: ["10.82.2.0/24"] },
    }),
  );
  lab.addServer(new Server(identity, "peer", { network: lan }));
  lab.addServer(new Server(identity, "north", { network: routed, address: "10.82.1.10" }));
  lab.addServer(new Server(identity, "south", { network: routed, address: "10.82.2.10" }));
  const topology = lab.topology();
  test.each([
    ["north", "south:80", "address on routed", "south M3"],
    ["north", "peer:80", "address on lan", "(dropped) U15"],
    ["peer", "north:80", "address on routed", "(dropped) or (unreachable) U15"],
    ["host-a", "north:80", "address on routed", "(dropped) or (unreachable) U15"],
  ])("%s → %s by %s: %s", (vantage, listener, way, expected) => {
    expect(cell(topology, vantage, listener, way)).toBe(expected);
  });
});

describe("of any lab on two engines", () => {
  const property = (check: (topology: Topology, ask: Ask) => void): void => {
    fc.assert(
      fc.property(engineDice(), (thrown) => {
        const topology = engineLabOf(thrown).topology();
        const model = new ReachabilityOfEngines(topology, ENGINE);
        check(topology, (from, server, network, port) => {
          const found = model.connect(from, { kind: "address", server, network }, port);
          return found === undefined ? "not asked" : textOf(found.outcomes);
        });
      }),
      { numRuns: 150 },
    );
  };
  type Ask = (from: Parameters<Reachability["connect"]>[0], server: string, network: string, port: number) => string;
  type ServerModel = Topology["servers"][number];
  const at = (server: ServerModel) => ({ kind: "server", server: server.name }) as const;
  const on = ({ servers }: Topology, network: string): ServerModel[] =>
    servers.filter(({ attachments }) => attachments.some((one) => one.network === network));

  test("on an overlay all reach each other, wherever they are; from another network or a host nobody does", () => {
    property((topology, ask) => {
      for (const { name } of topology.networks.filter(({ driver }) => driver === "overlay")) {
        const members = on(topology, name);
        for (const to of members) {
          for (const from of topology.servers) {
            const reached = ask(at(from), to.name, name, to.port) === to.name;
            expect(reached).toBe(members.includes(from));
          }
          expect(ask({ kind: "engine", engine: "host-a" }, to.name, name, to.port)).not.toBe(to.name);
          expect(ask({ kind: "host" }, to.name, name, to.port)).toBe("not asked");
        }
      }
    });
  });

  test("containers on the LAN are reached by all of it but their own host; in modes that keep apart, their neighbours", () => {
    property((topology, ask) => {
      for (const { name, engine, driverMode } of topology.networks.filter(({ driver }) => driver === "macvlan")) {
        for (const to of on(topology, name)) {
          for (const { name: host } of topology.engines) {
            const expected = host === engine ? "(unreachable)" : to.name;
            expect(ask({ kind: "engine", engine: host }, to.name, name, to.port)).toBe(expected);
          }
          expect(ask({ kind: "host" }, to.name, name, to.port)).toBe(to.name);
          for (const from of on(topology, "lan")) expect(ask(at(from), to.name, name, to.port)).toBe(to.name);
          for (const from of on(topology, name).filter((one) => one !== to)) {
            expect(ask(at(from), to.name, name, to.port)).toBe(driverMode === "bridge" ? to.name : "(unreachable)");
          }
        }
      }
    });
  });

  test("nobody reaches a bridge of another engine; from where it would leave the machine it is not asked", () => {
    property((topology, ask) => {
      for (const { name, engine } of topology.networks.filter((one) => one.driver === undefined && one.engine)) {
        for (const to of on(topology, name)) {
          expect(ask({ kind: "host" }, to.name, name, to.port)).toBe("not asked");
          for (const from of topology.servers.filter((one) => one.engine !== engine)) {
            expect(ask(at(from), to.name, name, to.port)).not.toBe(to.name);
          }
        }
      }
    });
  });

  test("each reaches itself, and one without a network nobody else", () => {
    property((topology, ask) => {
      for (const from of topology.servers) {
        for (const { network } of from.attachments)
          expect(ask(at(from), from.name, network, from.port)).toBe(from.name);
        if (from.mode !== "none") continue;
        for (const to of topology.servers) {
          for (const { network } of to.attachments) {
            expect(ask(at(from), to.name, network, to.port)).toBe("(unreachable)");
          }
        }
      }
    });
  });
});

test("where there is one engine alone, it says what is said of one engine", () => {
  fc.assert(
    fc.property(dice(), (thrown) => {
      const topology = labOf(thrown).topology();
      const [one, several] = [new Reachability(topology, ENGINE), new ReachabilityOfEngines(topology, ENGINE)];
      for (const { vantage, cells } of reachabilityMatrix(topology, ENGINE).rows) {
        for (const found of cells) {
          if (found === undefined) continue;
          const { destination, listener } = found;
          expect(several.connect(vantage, destination, listener.port)?.outcomes).toEqual(
            one.connect(vantage, destination, listener.port).outcomes,
          );
        }
      }
    }),
    { numRuns: 100 },
  );
});
