import { Action, commandOf, undoing } from "../../lib/checks/action";
import { toShell } from "../../lib/checks/command";
import {
  connect,
  createService,
  disconnect,
  exec,
  kill,
  remove,
  restart,
  run,
  shim,
  start,
  stop,
} from "../../lib/checks/doing";
import { SwarmService } from "../../lib/topology/swarm-service";
import { ThrowAway } from "../../lib/checks/throw-away";
import { NestedEngine } from "../../lib/topology/other-engines";
import { Identity } from "../../lib/topology/identity";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { Engine } from "../../lib/topology/engine";
import { HostNetwork } from "../../lib/topology/network";
import { OverlayNetwork } from "../../lib/topology/overlay";
import { Server } from "../../lib/topology/server";

const identity = new Identity("x", "0123abcd");
const lan = new BridgeNetwork(identity, "lan", { subnet: "10.90.0.0/24" });
const wan = new BridgeNetwork(identity, "wan", { subnet: "10.91.0.0/24" });
const web = new Server(identity, "web", { network: lan, address: "10.90.0.2" });
const victim = new ThrowAway(identity, "victim", "nginx:local", {});
const intruder = new ThrowAway(identity, "intruder", "nginx:local", {
  sharesWith: victim,
  capabilities: ["NET_ADMIN"],
});
const host = new NestedEngine(identity, "host-a", { lan, address: "10.90.0.10" });
const apart = new BridgeNetwork(identity, "apart", { subnet: "10.92.0.0/24", engine: host });
const far = new Server(identity, "far", { network: apart });
const [added, addressed, up, routed] = shim(host, { parent: "eth0", address: "10.90.0.12", to: "10.90.0.64/27" });
if (added === undefined || addressed === undefined || up === undefined || routed === undefined) throw new Error("none");
const wide = new OverlayNetwork(identity, "wide", { subnet: "10.93.0.0/24", engines: [host] });
const spread = new SwarmService(identity, "spread", "nginx:local", {
  ...{ manager: host, network: wide, endpointMode: "dnsrr" },
});
const local = new SwarmService(identity, "local", "nginx:local", {
  ...{ manager: host, only: host, publish: { port: 8081, mode: "host" } },
});
const CREATE =
  "docker exec lab-x-host-a docker service create --quiet --no-resolve-image --update-monitor 100ms --name";
const SERVE =
  "sh -c 'printf %s \"$1\" >/etc/nginx/conf.d/default.conf && exec nginx -g \"daemon off;\"' sh 'server { listen 80; }'";
const BY_ID = `"$(docker exec lab-x-host-a docker image inspect -f '{{.Id}}' nginx:local)"`;
const LABELS = "--label docker-network-labs.lab=x --label docker-network-labs.instance=0123abcd nginx:local";

const ACTIONS: [Action, string][] = [
  [kill(web), "docker kill --signal KILL lab-x-web"],
  [kill(web, "QUIT"), "docker kill --signal QUIT lab-x-web"],
  [stop(web), "docker stop --time 5 lab-x-web"],
  [start(web), "docker start lab-x-web"],
  [stop(host), "docker stop --time 20 lab-x-host-a"],
  [start(host), "docker start lab-x-host-a"],
  [restart(web), "docker restart --time 5 lab-x-web"],
  [connect(web, wan, "10.91.0.7"), "docker network connect --ip 10.91.0.7 --alias web lab-x-wan lab-x-web"],
  [connect(web, wan), "docker network connect --alias web lab-x-wan lab-x-web"],
  [connect(web, lan), "docker network connect --ip 10.90.0.2 --alias web lab-x-lan lab-x-web"],
  [disconnect(web, lan), "docker network disconnect lab-x-lan lab-x-web"],
  [run(victim), `docker run --detach --name lab-x-victim --network none ${LABELS} sleep infinity`],
  [
    run(intruder),
    `docker run --detach --name lab-x-intruder --network container:lab-x-victim --cap-add NET_ADMIN ${LABELS} sleep infinity`,
  ],
  [exec(intruder, "ip", "link"), "docker exec lab-x-intruder ip link"],
  [remove(intruder), "docker rm --force lab-x-intruder"],
  [restart(far), "docker exec lab-x-host-a docker restart --time 5 lab-x-far"],
  [disconnect(far, apart), "docker exec lab-x-host-a docker network disconnect lab-x-apart lab-x-far"],
  [
    run(new ThrowAway(identity, "asks", "nginx:local", { network: apart, publish: 8080 })),
    `docker exec lab-x-host-a docker run --detach --name lab-x-asks --network lab-x-apart --publish 8080:80 ${LABELS} sleep infinity`,
  ],
  [added, "docker exec lab-x-host-a ip link add shim link eth0 type macvlan mode bridge"],
  [addressed, "docker exec lab-x-host-a ip address add 10.90.0.12/32 dev shim"],
  [up, "docker exec lab-x-host-a ip link set shim up"],
  [routed, "docker exec lab-x-host-a ip route add 10.90.0.64/27 dev shim"],
  [
    createService(spread, "server { listen 80; }"),
    `${CREATE} spread --mode global --endpoint-mode dnsrr --hostname 'spread-{{.Node.Hostname}}' --network lab-x-wide ${LABELS.replace("nginx:local", BY_ID)} ${SERVE}`,
  ],
  [
    createService(local, "server { listen 80; }"),
    `${CREATE} local --mode global --endpoint-mode vip --constraint node.hostname==host-a --publish published=8081,target=80,mode=host ${LABELS.replace("nginx:local", BY_ID)} ${SERVE}`,
  ],
];

test.each(ACTIONS)("%j is one docker command, and plain data", (action, line) => {
  expect(toShell(commandOf(action))).toBe(line);
  expect(Action.parse(JSON.parse(JSON.stringify(action)))).toEqual(action);
});

describe("undoing", () => {
  const undone = (action: Action, networks?: string[]): string | undefined => {
    const command = undoing(action, networks === undefined ? undefined : { networks });
    return command === undefined ? undefined : toShell(command);
  };

  test.each([connect, disconnect])(
    "a connection that the lab does not declare is given up where there is one",
    (act) => {
      expect(undone(act(web, wan), ["lab-x-lan", "lab-x-wan"])).toBe("docker network disconnect lab-x-wan lab-x-web");
      expect(undone(act(web, wan), ["lab-x-lan"])).toBeUndefined();
      expect(undone(act(web, wan))).toBeUndefined();
    },
  );

  test.each([connect, disconnect])("one that it declares is made where there is none, as declared", (act) => {
    expect(undone(act(web, lan), [])).toBe("docker network connect --ip 10.90.0.2 --alias web lab-x-lan lab-x-web");
    expect(undone(act(web, lan), ["lab-x-lan"])).toBeUndefined();
    expect(undone(act(web, lan))).toBeUndefined();
  });

  test("what was run is removed where it is", () => {
    expect(undone(run(victim), ["none"])).toBe("docker rm --force lab-x-victim");
    expect(undone(run(victim))).toBeUndefined();
  });

  test("a service that was created is removed where it is", () => {
    expect(undone(createService(spread, "site"), [])).toBe("docker exec lab-x-host-a docker service rm spread");
    expect(undone(createService(spread, "site"))).toBeUndefined();
  });

  test("an interface of a host is deleted where it is, and with it its address and its route", () => {
    for (const action of [added, addressed, up, routed]) {
      expect(undone(action, [])).toBe("docker exec lab-x-host-a ip link delete dev shim");
      expect(undone(action)).toBeUndefined();
    }
  });

  test("what servers were told is undone elsewhere, for all at once", () => {
    for (const action of [kill(web), stop(web), start(web), restart(web)]) expect(undone(action, [])).toBeUndefined();
  });
});

test("a throw-away on the host gets no capabilities: it does not compile", () => {
  const network = HostNetwork.of(Engine.local);
  // @ts-expect-error with NET_ADMIN it could change the host's network
  expect(new ThrowAway(identity, "loose", "nginx:local", { network, capabilities: ["NET_ADMIN"] }).network).toBe(
    "host",
  );
});
