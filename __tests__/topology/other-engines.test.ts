import { NestedEngine, RemoteEngine } from "../../lib/topology/other-engines";
import { Identity } from "../../lib/topology/identity";
import { Lab } from "../../lib/topology/lab";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { OverlayNetwork } from "../../lib/topology/overlay";
import { Server } from "../../lib/topology/server";
import { UnderlayNetwork } from "../../lib/topology/underlay";
import { refused } from "./refused";

const IDENTITY = new Identity("mine", "test0000");

function hosts() {
  const lab = new Lab(IDENTITY);
  const lan = lab.addNetwork(new BridgeNetwork(IDENTITY, "lan", { subnet: "10.78.0.0/24", internal: true }));
  const engine = (name: string, address: string): NestedEngine => new NestedEngine(IDENTITY, name, { lan, address });
  const a = lab.addEngine(engine("host-a", "10.78.0.10"));
  const b = lab.addEngine(engine("host-b", "10.78.0.11"));
  return { lab, lan, a, b, engine };
}

describe("a throw-away engine", () => {
  test("is a container with an address on its LAN", () => {
    expect(hosts().a).toMatchObject({
      name: "host-a",
      container: "lab-mine-host-a",
      address: "10.78.0.10",
      lab: "mine",
    });
  });

  test.each([
    ["Host A", "10.78.0.12", /^mine\.engines: "Host A" is not a name/],
    ["host-c", "10.78.1.12", /^mine\.host-c\.address: 10\.78\.1\.12 lies outside 10\.78\.0\.0\/24/],
    [
      "host-c",
      "10.78.0.10",
      /^mine\.host-c\.address: 10\.78\.0\.10 is the address of engine "host-a".*: 10\.78\.0\.2$/,
    ],
    ["host-a", "10.78.0.12", /^mine\.engines: "host-a" is there already.*: host-a-2$/],
    ["lan", "10.78.0.12", /^mine\.engines: "lan" is there already/],
  ])("%s at %s is refused", (name, address, message) => {
    const { lab, engine } = hosts();
    expect(refused(() => lab.addEngine(engine(name, address)))).toMatch(message);
  });

  test.each([
    [[4095], /^mine\.host-c\.vlans: 4095 is no VLAN; ids go from 1 to 4094: 10$/],
    [[0], /^mine\.host-c\.vlans: 0 is no VLAN/],
    [[10.5], /^mine\.host-c\.vlans: 10\.5 is no VLAN/],
    [[10, 10], /^mine\.host-c\.vlans: 10 is there already/],
  ])("with VLANs %j is refused", (ids, message) => {
    const { lan } = hosts();
    const vlans = ids.map((id) => ({ id, access: lan }));
    const address = "10.78.0.12";
    expect(refused(() => new NestedEngine(IDENTITY, "host-c", { lan, address, vlans }))).toMatch(message);
  });

  test("knows the VLAN of an interface; the network that stands for it is of the same lab", () => {
    const { lab, lan } = hosts();
    const access = new BridgeNetwork(IDENTITY, "vlan-10", { subnet: "10.78.1.0/24", internal: true });
    const vlans = [{ id: 10, access }];
    const engine = new NestedEngine(IDENTITY, "host-c", { lan, address: "10.78.0.12", vlans });
    expect(engine.vlanOf("eth0.10")).toBe(vlans[0]);
    expect([engine.vlanOf("eth0"), engine.vlanOf("eth0.1")]).toEqual([undefined, undefined]);
    expect(refused(() => lab.addEngine(engine))).toMatch(/^mine\.engines: network "vlan-10" is not of this lab/);
  });

  test("has ports of its own: one number on two engines is no clash", () => {
    const { lab, a, b } = hosts();
    const network = (name: string, engine: NestedEngine, subnet: string) =>
      lab.addNetwork(new BridgeNetwork(IDENTITY, name, { subnet, engine }));
    const [one, two] = [network("one", a, "10.90.0.0/24"), network("two", b, "10.91.0.0/24")];
    lab.addServer(new Server(IDENTITY, "web-1", { network: one, publish: [8080] }));
    lab.addServer(new Server(IDENTITY, "web-2", { network: two, publish: [8080] }));
    const third = new Server(IDENTITY, "web-3", { network: two, publish: [8080] });
    expect(refused(() => lab.addServer(third))).toMatch(
      /^mine\.web-3\.publish: 8080 is taken on the host by server "web-2"/,
    );
  });
});

describe("an overlay", () => {
  test("spans engines, and says on which of them a server runs", () => {
    const { lab, a, b } = hosts();
    const network = lab.addNetwork(new OverlayNetwork(IDENTITY, "blue", { subnet: "10.79.1.0/24", engines: [a, b] }));
    const server = new Server(IDENTITY, "web", { network, engine: b, address: "10.79.1.12" });
    expect(server.engine).toBe(b);
    expect(network).toMatchObject({ internal: true, engine: a, gateway: "10.79.1.1" });
    lab.addServer(server);
    expect(lab.topology()).toMatchObject({
      networks: [{ name: "lan" }, { name: "blue", driver: "overlay", engine: "host-a", internal: true }],
      servers: [{ name: "web", mode: "overlay", engine: "host-b", attachments: [{ network: "blue" }] }],
    });
  });

  test("has no servers on engines that it does not span", () => {
    const { a, b } = hosts();
    const network = new OverlayNetwork(IDENTITY, "blue", { subnet: "10.79.1.0/24", engines: [a] });
    expect(refused(() => new Server(IDENTITY, "web", { network, engine: b }))).toBe(
      'mine.web.engine: network "blue" does not span engine "host-b"; a server runs on one of its network\'s engines: host-a',
    );
  });
});

describe("an underlay", () => {
  const underlay = (engine: NestedEngine, name: string, range?: string): UnderlayNetwork =>
    new UnderlayNetwork(IDENTITY, name, {
      driver: "macvlan",
      engine,
      parent: "eth0",
      subnet: "10.78.0.0/24",
      ...(range === undefined ? {} : { range }),
    });

  test("lies on the LAN of its hosts: on each of them once", () => {
    const { lab, a, b } = hosts();
    expect(lab.addNetwork(underlay(a, "street-a", "10.78.0.64/27"))).toMatchObject({
      mode: "macvlan",
      driverMode: "bridge",
      parent: "eth0",
    });
    lab.addNetwork(underlay(b, "street-b", "10.78.0.96/27"));
    expect(refused(() => lab.addNetwork(underlay(a, "again")))).toMatch(
      /^mine\.again\.subnet: 10\.78\.0\.0\/24 overlaps/,
    );
  });

  test("gives no addresses from beyond its subnet", () => {
    expect(refused(() => underlay(hosts().a, "street", "10.99.0.0/27"))).toMatch(
      /^mine\.street\.range: 10\.99\.0\.0\/27 lies outside 10\.78\.0\.0\/24/,
    );
  });

  test("publishes nothing, and the type says so", () => {
    const network = underlay(hosts().a, "street");
    // @ts-expect-error there is no bridge, and no address translation, that could lead from a port to it
    expect(new Server(IDENTITY, "web", { network, publish: [8080] }).network).toBe(network);
  });
});

describe("a remote engine", () => {
  const at = (address: string): RemoteEngine => new RemoteEngine(IDENTITY, "far", address);

  test.each(["ssh://root@192.0.2.5", "ssh://host-a.example:2222", "ssh://me@a", "tcp://host-a.example:2376"])(
    "is at %s",
    (address) => {
      expect(at(address)).toMatchObject({ name: "far", container: address, lab: "mine" });
    },
  );

  test.each([
    ...["", "192.0.2.5", "ssh://-oProxyCommand=x", "ssh://a;b", "ssh://a:0", "ssh://a/b"],
    ...["tcp://", "tcp://a:0", "tcp://a:2376/x", "tcp://root@a:2376", "tcp://-a:2376", "unix:///run/docker.sock"],
  ])("is not at %j", (address) => {
    expect(refused(() => at(address))).toBe(
      `mine.engines: ${JSON.stringify(address)} is no address of a remote engine; one looks like: ssh://root@192.0.2.5 or tcp://192.0.2.5:2376`,
    );
  });

  test.each(["tcp://192.0.2.5:2375", "http://192.0.2.5", "http://192.0.2.5:2376"])(
    "is never without TLS: %s",
    (address) => {
      expect(refused(() => at(address))).toBe(
        `mine.engines: ${JSON.stringify(address)} is without TLS: whoever reaches it is root on that machine. ` +
          "With TLS (dockerd --tlsverify) it is: tcp://192.0.2.5:2376",
      );
    },
  );

  test.each([
    ["tcp://a.example", "tcp://a.example:2376"],
    ["https://a.example:4243", "tcp://a.example:4243"],
  ])("is not named %s, but %s", (address, right) => {
    expect(refused(() => at(address))).toBe(`mine.engines: "${address}" is not how an engine is named: ${right}`);
  });

  test("is another machine than the lab's other engines", () => {
    const { lab } = hosts();
    lab.addEngine(at("ssh://root@192.0.2.5"));
    expect(refused(() => lab.addEngine(new RemoteEngine(IDENTITY, "twin", "ssh://root@192.0.2.5")))).toContain(
      'is engine "far" already',
    );
  });
});
