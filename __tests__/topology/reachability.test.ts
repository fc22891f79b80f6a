import * as fc from "fast-check";
import { Identity } from "../../lib/topology/identity";
import { Lab } from "../../lib/topology/lab";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { DefaultBridge, HostNetwork, NoneNetwork, SharedNetwork } from "../../lib/topology/network";
import { Engine } from "../../lib/topology/engine";
import { reachabilityMatrix, vantageName } from "../../lib/topology/reachability";
import { type EngineTraits, Reachability } from "../../lib/topology/reachability/connection";
import type { Outcome } from "../../lib/topology/reachability/outcome";
import { RemoteMachine } from "../../lib/topology/remote-machine";
import { Server, type ServerProps } from "../../lib/topology/server";
import type { Topology } from "../../lib/topology/topology";
import { dice, labOf } from "./topologies";

const ENGINE: EngineTraits = {
  version: "20.10.24",
  userlandProxy: true,
  forwardPolicy: "ACCEPT",
  hostAddress: "192.0.2.2",
};
const identity = new Identity("mine", "i1");

/** A lab with one of every kind; its matrix was measured on Engine 20.10.24. */
function everyMode(): Topology {
  const lab = new Lab(identity);
  const network = (name: string, subnet: string, more = {}): BridgeNetwork =>
    lab.addNetwork(new BridgeNetwork(identity, name, { subnet, ...more }));
  const add = (name: string, props: ServerProps): Server => lab.addServer(new Server(identity, name, props));
  const lan = network("lan", "10.80.0.0/24");
  const vault = network("vault", "10.81.0.0/24", { internal: true });
  const strangers = network("strangers", "10.82.0.0/24", { interContainerConnectivity: false });
  add("web", { network: HostNetwork.of(Engine.local), port: 8090 });
  add("alone", { network: NoneNetwork.of(Engine.local) });
  add("plain", { network: DefaultBridge.of(Engine.local), publish: [8091] });
  const owner = add("owner", {
    network: lan,
    aliases: ["pool"],
    alsoOn: [{ network: vault }],
    publish: [8092, { port: 8093, on: "127.0.0.1", to: 81 }, { port: 8094, to: 9999 }],
  });
  add("joiner", { network: SharedNetwork.of(owner), port: 81 });
  add("neighbour", { network: lan, aliases: ["pool"] });
  add("hidden", { network: vault });
  add("shy", { network: strangers });
  add("shyer", { network: strangers });
  lab.addRemoteMachine(new RemoteMachine(identity, "outside"));
  return lab.topology();
}

/** The cell as text: who answers, or how it fails. */
function textOf(outcomes: readonly Outcome[]): string {
  return outcomes.map((one) => (one.kind === "answers" ? one.by.join("/") : `(${one.kind})`)).join(" or ");
}

function cell(topology: Topology, engine: EngineTraits, vantage: string, listener: string, way: string): string {
  const { rows, listeners } = reachabilityMatrix(topology, engine);
  const row = rows.find((one) => vantageName(one.vantage) === vantage && one.way === way);
  const column = listeners.findIndex(({ title }) => title === listener);
  const found = row?.cells[column];
  if (found === undefined) throw new Error(`there is no such cell: ${vantage} → ${listener} by ${way}`);
  return `${textOf(found.prediction.outcomes)} ${found.prediction.reason.fact}`;
}

test("who loses its port to another neither answers nor looks", () => {
  const lab = new Lab(identity);
  const network = HostNetwork.of(Engine.local);
  const holder = lab.addServer(new Server(identity, "holder", { network, port: 8090 }));
  lab.addServer(new Server(identity, "loser", { network, port: 8090, losesPortTo: holder }));
  const { listeners, rows } = reachabilityMatrix(lab.topology(), ENGINE);
  expect(listeners.map(({ title }) => title)).toEqual(["holder:8090"]);
  expect(rows.some(({ vantage }) => vantage.kind === "server" && vantage.server === "loser")).toBe(false);
  expect(cell(lab.topology(), ENGINE, "host", "holder:8090", "127.0.0.1")).toBe("holder H5");
});

describe("who reaches whom", () => {
  const topology = everyMode();
  const OWNER = "owner published :8092";
  test.each([
    ["host", "web:8090", "127.0.0.1", "web H5"],
    ["host", "web:8090", "host address", "web H5"],
    ["neighbour", "web:8090", "gateway of lan", "web B13"],
    ["neighbour", "web:8090", "127.0.0.1", "(refused) P9"],
    ["host", "web:8090", "name", "(no-name) H12"],
    ["alone", "alone:80", "127.0.0.1", "alone N4"],
    ["alone", "web:8090", "host address", "(unreachable) N3"],
    ["alone", "owner:80", "name", "(no-name) N7"],
    ["host", "owner:80", "address on lan", "owner B12"],
    ["host", "hidden:80", "address on vault", "hidden B12"],
    ["host", "owner:80", "name", "(no-name) H12"],
    ["neighbour", "owner:80", "address on lan", "owner B6"],
    ["neighbour", "owner:80", "name", "owner U3"],
    ["neighbour", "owner:80", "as pool", "neighbour/owner U3"],
    ["neighbour", "owner:80", "address on vault", "(dropped) U7"],
    ["neighbour", "hidden:80", "address on vault", "(dropped) U7"],
    ["neighbour", "hidden:80", "name", "(no-name) U7"],
    ["hidden", "owner:80", "name", "owner U3"],
    ["plain", "owner:80", "name", "(no-name) B7"],
    ["plain", "owner:80", "address on lan", "(dropped) U7"],
    ["shy", "shyer:80", "address on strangers", "(dropped) U19"],
    ["shy", "shyer:80", "name", "(dropped) U19"],
    ["shy", "shy:80", "name", "shy U3"],
    ["host", "shy:80", "address on strangers", "shy B12"],
    ["joiner", "owner:80", "127.0.0.1", "owner N4"],
    ["owner", "joiner:81", "127.0.0.1", "joiner N4"],
    ["neighbour", "joiner:81", "address on lan", "joiner B6"],
    ["neighbour", "joiner:81", "name", "(no-name) U7"],
    ["neighbour", "joiner:81", "as owner", "joiner U3"],
    ["neighbour", "joiner:81", "as pool", "joiner U3"],
    ["host", OWNER, "127.0.0.1", "owner P3"],
    ["host", OWNER, "host address", "owner P3"],
    ["host", OWNER, "address on lan", "(refused) P9"],
    ["owner", OWNER, "127.0.0.1", "(refused) P9"],
    ["owner", OWNER, "host address", "owner U8"],
    ["plain", OWNER, "host address", "owner U8"],
    ["plain", OWNER, "gateway of lan", "owner U8"],
    ["hidden", OWNER, "host address", "(dropped) U26"],
    ["host", "owner published 127.0.0.1:8093", "127.0.0.1", "joiner P3"],
    ["host", "owner published 127.0.0.1:8093", "host address", "(refused) P6"],
    ["plain", "owner published 127.0.0.1:8093", "gateway of lan", "(refused) P6"],
    ["host", "owner published :8094", "127.0.0.1", "(reset) P4"],
    ["host", "owner published :8094", "host address", "(refused) P4"],
    ["plain", "owner published :8094", "host address", "(reset) P4"],
    ["outside", "web:8090", "host address", "web H5"],
    ["outside", "web:8090", "gateway of lan", "web B13"],
    ["outside", "web:8090", "gateway of default bridge", "(unreachable) P7"],
    ["outside", OWNER, "host address", "owner P3"],
    ["outside", OWNER, "gateway of vault", "owner P3"],
    ["outside", "owner published 127.0.0.1:8093", "host address", "(refused) P6"],
    ["outside", "owner published :8094", "host address", "(refused) P4"],
    ["outside", "owner:80", "address on lan", "owner P7"],
    ["outside", OWNER, "address on lan", "(refused) P9"],
    ["outside", "shy:80", "address on strangers", "shy P7"],
    ["outside", "hidden:80", "address on vault", "(dropped) U15"],
    ["outside", "plain:80", "address on default bridge", "(unreachable) P7"],
    ["outside", "owner:80", "name", "(no-name) H12"],
  ])("%s → %s by %s: %s", (vantage, listener, way, expected) => {
    expect(cell(topology, ENGINE, vantage, listener, way)).toBe(expected);
  });

  test("without docker-proxy", () => {
    const engine = { ...ENGINE, userlandProxy: false };
    expect(cell(topology, engine, "owner", OWNER, "host address")).toBe("owner P8");
    expect(cell(topology, engine, "plain", OWNER, "host address")).toBe("(dropped) U8");
    expect(cell(topology, engine, "host", "owner published :8094", "127.0.0.1")).toBe("(refused) P4");
  });

  test("without docker-proxy, a network without inter-container connectivity has no hairpin either", () => {
    const lab = new Lab(identity);
    const props = { subnet: "10.80.0.0/24", interContainerConnectivity: false };
    const network = lab.addNetwork(new BridgeNetwork(identity, "shy", props));
    lab.addServer(new Server(identity, "one", { network, publish: [8091] }));
    lab.addServer(new Server(identity, "two", { network }));
    const seen = (from: string, userlandProxy: boolean): string =>
      cell(lab.topology(), { ...ENGINE, userlandProxy }, from, "one published :8091", "host address");
    expect([seen("one", false), seen("two", false)]).toEqual(["(dropped) U19", "(dropped) U19"]);
    expect([seen("one", true), seen("two", true)]).toEqual(["one U8", "one U8"]);
  });

  test("since Engine 29 the kernel rewrites what is for a published port from other bridges too, whether or not docker-proxy is there", () => {
    const SILENT = "owner published :8094";
    for (const userlandProxy of [true, false]) {
      const engine = { ...ENGINE, version: "29.7.2", userlandProxy };
      expect(cell(topology, engine, "plain", OWNER, "host address")).toBe("owner U27");
      expect(cell(topology, engine, "plain", SILENT, "gateway of lan")).toBe("(refused) P4");
      expect(cell(topology, engine, "hidden", SILENT, "gateway of vault")).toBe("(dropped) U26");
    }
    // From the bridge itself nothing has changed.
    const engine = { ...ENGINE, version: "29.7.2" };
    expect(cell(topology, engine, "neighbour", OWNER, "host address")).toBe("owner U8");
    expect(cell(topology, engine, "neighbour", SILENT, "host address")).toBe("(reset) P4");
    expect(cell(topology, { ...engine, version: "28.5.2" }, "plain", SILENT, "host address")).toBe("(reset) P4");
  });

  test("by nftables, an internal network's own gateway leads to what servers elsewhere publish", () => {
    const lab = new Lab(identity);
    const network = (name: string, subnet: string, internal: boolean): BridgeNetwork =>
      lab.addNetwork(new BridgeNetwork(identity, name, { subnet, internal }));
    const lan = network("lan", "10.80.0.0/24", false);
    const vault = network("vault", "10.81.0.0/24", true);
    lab.addServer(new Server(identity, "elsewhere", { network: lan, publish: [8091, { port: 8092, to: 9999 }] }));
    lab.addServer(new Server(identity, "both", { network: lan, alsoOn: [{ network: vault }], publish: [8093] }));
    lab.addServer(new Server(identity, "hidden", { network: vault }));
    const seen = (firewall: string, from: string, listener: string, way = "gateway of vault"): string =>
      cell(lab.topology(), { ...ENGINE, version: "29.7.2", firewall }, from, listener, way);
    expect(seen("nftables", "hidden", "elsewhere published :8091")).toBe("elsewhere U28");
    expect(seen("nftables", "hidden", "elsewhere published :8092")).toBe("(refused) P4");
    // Measured on Engine 29.7: nobody takes a packet from outside that bears its own address; and a neighbour on the internal
    // network gets an answer only with net.bridge.bridge-nf-call-iptables=1.
    expect(seen("nftables", "both", "both published :8093")).toBe("(dropped) U28");
    expect(seen("nftables", "hidden", "both published :8093")).toBe("both or (dropped) U28");
    expect(seen("nftables", "hidden", "elsewhere published :8091", "host address")).toBe("(unreachable) U15");
    expect(seen("iptables", "hidden", "elsewhere published :8091")).toBe("(dropped) U26");
  });

  test("from a machine beside the host, containers' own addresses are the packet filter's matter", () => {
    const seen = (traits: Partial<EngineTraits>, listener: string): string =>
      cell(topology, { ...ENGINE, ...traits }, "outside", listener, "address on lan");
    const closed = { forwardPolicy: "DROP" };
    expect(seen(closed, "neighbour:80")).toBe("(dropped) P7");
    // What is for a published port looks like a request to it that has been translated.
    expect(seen(closed, "owner:80")).toBe("owner P7");
    expect(seen({ version: "28.5.2" }, "owner:80")).toBe("(dropped) P7");
    expect(
      cell(topology, { version: "20.10.24", userlandProxy: true }, "outside", "neighbour:80", "address on lan"),
    ).toBe("neighbour or (dropped) P7");
  });

  test("a machine beside the host has a loopback address of its own, where nothing of the lab is", () => {
    expect(() => cell(topology, ENGINE, "outside", "web:8090", "127.0.0.1")).toThrow("no such cell");
  });

  test("an internal network has no route out on engines that took it away", () => {
    const engine = { ...ENGINE, version: "28.5.2" };
    expect(cell(topology, engine, "hidden", "web:8090", "host address")).toBe("(unreachable) U15");
    expect(cell(topology, engine, "hidden", "owner:80", "address on lan")).toBe("(unreachable) U15");
    expect(cell(topology, engine, "hidden", "web:8090", "gateway of vault")).toBe("web B13");
  });

  test("a name that several networks know is resolved on the first of them, by the network's name", () => {
    const lab = new Lab(identity);
    const [closed, open] = ["10.80.0.0/24", "10.81.0.0/24"].map((subnet, index) =>
      lab.addNetwork(
        new BridgeNetwork(identity, `net-${String(index)}`, { subnet, interContainerConnectivity: index === 1 }),
      ),
    ) as [BridgeNetwork, BridgeNetwork];
    for (const name of ["one", "two"]) {
      lab.addServer(new Server(identity, name, { network: open, alsoOn: [{ network: closed }] }));
    }
    // Measured on Engine 20.10.24: nobody tries the other address, since the resolver never tells it.
    expect(cell(lab.topology(), ENGINE, "one", "two:80", "name")).toBe("(dropped) U19");
    expect(cell(lab.topology(), ENGINE, "one", "two:80", "address on net-1")).toBe("two B6");
  });

  test("one alias leads to whoever answers on the port", () => {
    const lab = new Lab(identity);
    const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.80.0.0/24" }));
    lab.addServer(new Server(identity, "one", { network: lan, aliases: ["pool"] }));
    lab.addServer(new Server(identity, "two", { network: lan, aliases: ["pool"] }));
    lab.addServer(new Server(identity, "three", { network: lan, aliases: ["pool"], port: 81 }));
    const seen = (listener: string): string => cell(lab.topology(), ENGINE, "one", listener, "as pool");
    expect(seen("one:80")).toBe("one/two U3");
    expect(seen("three:81")).toBe("three U3");
  });
});

describe("of any lab", () => {
  const RUNS = { numRuns: 150 };
  const matrixOf = (topology: Topology) => reachabilityMatrix(topology, ENGINE);
  const ask = (topology: Topology) => {
    const reachability = new Reachability(topology, ENGINE);
    return (from: string, server: string, network: string, port: number) =>
      textOf(
        reachability.connect({ kind: "server", server: from }, { kind: "address", server, network }, port).outcomes,
      );
  };
  const property = (check: (topology: Topology) => void): void => {
    fc.assert(
      fc.property(dice(), (thrown) => {
        check(labOf(thrown).topology());
      }),
      RUNS,
    );
  };

  test("who answers is a server that listens on the port that was asked, or that it was published to", () => {
    property((topology) => {
      for (const one of matrixOf(topology).rows.flatMap(({ cells }) => cells)) {
        if (one === undefined) continue;
        const inside = topology.servers.flatMap(({ publications }) =>
          publications.filter(({ port }) => port === one.listener.port).map(({ to }) => to),
        );
        for (const outcome of one.prediction.outcomes) {
          if (outcome.kind !== "answers") continue;
          for (const by of outcome.by) {
            const server = topology.servers.find(({ name }) => name === by);
            expect([one.listener.port, ...inside]).toContain(server?.port);
          }
        }
      }
    });
  });

  test("a server reaches itself by loopback, and by each of its addresses", () => {
    property((topology) => {
      const { rows } = matrixOf(topology);
      for (const { name } of topology.servers) {
        const own = rows
          .filter(({ vantage }) => vantage.kind === "server" && vantage.server === name)
          .flatMap(({ way, cells }) => cells.flatMap((one) => (one === undefined ? [] : [{ way, one }])))
          .filter(
            ({ one, way }) => one.listener.title === `${name}:${String(one.listener.port)}` && /^(127|addr)/.test(way),
          );
        expect(own.length).toBeGreaterThan(0);
        for (const { one } of own) expect(textOf(one.prediction.outcomes)).toBe(name);
      }
    });
  });

  test("a server without a network reaches nobody else, and nobody reaches it", () => {
    property((topology) => {
      const alone = topology.servers.filter(({ mode }) => mode === "none").map(({ name }) => name);
      const inside = (owner: string): string[] =>
        topology.servers.filter((one) => one.name === owner || one.owner === owner).map(({ name }) => name);
      for (const { vantage, cells } of matrixOf(topology).rows) {
        const from = vantageName(vantage);
        const fromOwner = topology.servers.find(({ name }) => name === from)?.owner ?? from;
        const answering = cells.flatMap((one) =>
          (one?.prediction.outcomes ?? []).flatMap((outcome) => (outcome.kind === "answers" ? outcome.by : [])),
        );
        if (alone.includes(fromOwner)) {
          for (const by of answering) expect(inside(fromOwner)).toContain(by);
        } else {
          for (const by of answering) expect(alone.flatMap(inside)).not.toContain(by);
        }
      }
    });
  });

  test("on one network all reach each other, or with inter-container connectivity off none does; both ways alike", () => {
    property((topology) => {
      const reach = ask(topology);
      for (const { name: network, interContainerConnectivity } of topology.networks) {
        const on = topology.servers.filter(({ attachments }) => attachments.some((one) => one.network === network));
        for (const one of on) {
          for (const other of on.filter((neighbour) => neighbour !== one)) {
            const expected = interContainerConnectivity ? other.name : "(dropped)";
            expect(reach(one.name, other.name, network, other.port)).toBe(expected);
          }
        }
      }
    });
  });

  test("servers that share no network do not reach each other's addresses", () => {
    property((topology) => {
      const reach = ask(topology);
      const networksOf = (name: string): string[] =>
        topology.servers.find((one) => one.name === name)?.attachments.map(({ network }) => network) ?? [];
      for (const one of topology.servers.filter(({ mode }) => ["bridge", "default-bridge", "none"].includes(mode))) {
        for (const other of topology.servers.filter(({ name }) => name !== one.name)) {
          for (const { network } of other.attachments.filter((at) => !networksOf(one.name).includes(at.network))) {
            expect(["(dropped)", "(unreachable)"]).toContain(reach(one.name, other.name, network, other.port));
          }
        }
      }
    });
  });

  test("the host reaches every address on every network", () => {
    property((topology) => {
      const reachability = new Reachability(topology, ENGINE);
      for (const { name, port, attachments } of topology.servers) {
        for (const { network } of attachments) {
          const to = { kind: "address", server: name, network } as const;
          expect(textOf(reachability.connect({ kind: "host" }, to, port).outcomes)).toBe(name);
        }
      }
    });
  });

  test("a published port leads from the host's loopback to who listens inside, or is reset; bound to it, nowhere else", () => {
    property((topology) => {
      const reachability = new Reachability(topology, ENGINE);
      for (const { name, publications } of topology.servers) {
        for (const { port, on, to } of publications) {
          const inside = topology.servers.find((one) => (one.owner ?? one.name) === name && one.port === to);
          const found = reachability.connect({ kind: "host" }, { kind: "loopback" }, port);
          expect(textOf(found.outcomes)).toBe(inside?.name ?? "(reset)");
          if (on !== "127.0.0.1") continue;
          expect(textOf(reachability.connect({ kind: "host" }, { kind: "host" }, port).outcomes)).toBe("(refused)");
        }
      }
    });
  });

  test("a machine beside the host reaches what is published on every address, and what is in host mode", () => {
    property((topology) => {
      const reachability = new Reachability(topology, { ...ENGINE, version: "28.5.2" });
      const from = { kind: "remote", remote: "outside" } as const;
      const seen = (port: number): string => textOf(reachability.connect(from, { kind: "host" }, port).outcomes);
      for (const { name, mode, port, publications } of topology.servers) {
        if (mode === "host") expect(seen(port)).toBe(name);
        for (const { port: published, on, to } of publications) {
          const inside = topology.servers.find((one) => (one.owner ?? one.name) === name && one.port === to);
          expect(seen(published)).toBe(on === "0.0.0.0" && inside !== undefined ? inside.name : "(refused)");
        }
      }
    });
  });

  test("who joined a namespace sees what its owner sees", () => {
    property((topology) => {
      const { rows } = matrixOf(topology);
      const seen = (name: string): string[] =>
        rows
          .filter(({ vantage }) => vantage.kind === "server" && vantage.server === name)
          .map(({ cells }) => cells.map((one) => textOf(one?.prediction.outcomes ?? [])).join());
      for (const { name, owner } of topology.servers) if (owner !== undefined) expect(seen(name)).toEqual(seen(owner));
    });
  });

  test("names are known on the networks they were given on, and to nobody else", () => {
    property((topology) => {
      for (const { vantage, cells } of matrixOf(topology).rows) {
        const from = topology.servers.find(({ name }) => name === vantageName(vantage));
        const owner = topology.servers.find(({ name }) => name === from?.owner) ?? from;
        for (const one of cells) {
          if (one?.destination.kind !== "name") continue;
          const { name } = one.destination;
          const known = topology.servers.some(({ attachments }) =>
            attachments.some(
              ({ network, names }) =>
                names.includes(name) && owner?.attachments.some((other) => other.network === network),
            ),
          );
          expect(textOf(one.prediction.outcomes) === "(no-name)").toBe(!known);
        }
      }
    });
  });
});

test("100 servers on 20 networks are derived within a second", () => {
  const topology = large(100, 20);
  const start = performance.now();
  const { rows, listeners } = reachabilityMatrix(topology, ENGINE);
  const took = performance.now() - start;
  expect(listeners.length).toBeGreaterThanOrEqual(100);
  expect(new Set(rows.map(({ vantage }) => JSON.stringify(vantage))).size).toBe(101);
  // 1 s is what it may take on a quiet machine; a busy one may need more.
  expect(took).toBeLessThan(3000);
});

/** Each server on two networks, every tenth published. */
function large(servers: number, networks: number): Topology {
  const lab = new Lab(identity);
  const nets = Array.from({ length: networks }, (_, index) =>
    lab.addNetwork(new BridgeNetwork(identity, `net-${String(index)}`, { subnet: `10.80.${String(index)}.0/24` })),
  );
  for (let index = 0; index < servers; index += 1) {
    const [first, second] = [nets[index % networks], nets[(index + 1) % networks]];
    if (first === undefined || second === undefined) throw new Error("no network");
    const publish = index % 10 === 0 ? [9000 + index] : [];
    const props = { network: first, alsoOn: [{ network: second }], aliases: ["pool"], publish };
    lab.addServer(new Server(identity, `web-${String(index)}`, props));
  }
  return lab.topology();
}
