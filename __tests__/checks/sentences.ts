import type { Probe } from "../../lib/checks/probes";
import * as say from "../../lib/checks/vocabulary";
import { Identity } from "../../lib/topology/identity";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { DefaultBridge, HostNetwork } from "../../lib/topology/network";
import { Engine } from "../../lib/topology/engine";
import { RemoteMachine } from "../../lib/topology/remote-machine";
import { Server } from "../../lib/topology/server";

export const identity = new Identity("x", "i1");
export const lan = new BridgeNetwork(identity, "lan", { subnet: "10.77.0.0/24" });
export const web = new Server(identity, "web", { network: HostNetwork.of(Engine.local), port: 8081 });
export const one = new Server(identity, "one", { network: lan, address: "10.77.0.2", publish: [8080] });
export const two = new Server(identity, "two", { network: lan });
export const plain = new Server(identity, "plain", { network: DefaultBridge.of(Engine.local) });
export const remote = new RemoteMachine(identity, "remote", { subnet: "198.18.4.8/29" });

/** Every sentence of the vocabulary at least once. What holds for all kinds of probe is tested on these. */
export const SENTENCES: readonly Probe[] = [
  say.http(web).from(say.host()).answers(),
  say.http(web).onEveryHostAddress().answers(),
  say.http(web).answers({ headers: { Server: "nginx/1.22.1" } }),
  say.http(one).byName().from(say.inside(two)).answers({ localAddress: "10.77.0.3", remoteAddress: "10.77.0.2" }),
  say.http(one).answers({ client: "10.77.0.1", withinMs: 500 }),
  say.http(one).onHostPort(9).isRefusedWhile(say.http(one)),
  say.http(one).onHostPort(9).isDroppedWhile(say.http(one)),
  say.http(one).onHostPort(9).isUnreachableWhile(say.http(one)),
  say.http(one).onHostPort(9).isResetWhile(say.http(one)),
  say.http(one).byName("nobody").hasNoNameWhile(say.http(one).byName()),
  say.tcp(one).connects(),
  say.tcp(one).onHostPort(8080).connects(),
  say.tcp(one).at("10.77.0.9", 81).isRefusedWhile(say.tcp(one)),
  say.tcp(one).from(say.inside(two)).isDroppedWhile(say.tcp(one)),
  say.tcp(one).isUnreachableWhile(say.tcp(one)),
  say.udpQuestion(one).from(say.namespaceOf(two)).isAnswered(),
  say.udpQuestion(one).from(say.inside(two)).at("10.77.0.2").isRefusedWhile(say.udpQuestion(one)),
  say.udpQuestion(one).from(remote).at("10.77.0.2", 5353).isDroppedWhile(say.udpQuestion(one)),
  say.listening(80).isOnEveryAddress(),
  say.listening(80, "udp").isOnEveryAddress(),
  say.listening(80).from(say.namespaceOf(one)).isOnLoopbackOnly(),
  say.listening(80).isOnOnly("10.77.0.1"),
  say.listening(80).isNobodys(),
  say.addresses(say.inside(one)).are("10.77.0.2", "127.0.0.1"),
  say.addresses(say.host()).have("10.77.0.1"),
  say.addresses(say.host()).lack("10.77.0.2"),
  say.routes(say.namespaceOf(one)).areNone(),
  say.routes(say.namespaceOf(one)).haveNoDefault(),
  say.routes(say.namespaceOf(one)).leadOutBy("10.77.0.1"),
  say.routes(say.namespaceOf(one)).leadStraightTo("10.77.0.0/24"),
  say.neighbour("10.77.0.2", say.host()).isKnown(),
  say.neighbour("10.77.0.2", say.host()).isKnown("02:42:0a:4d:00:02"),
  say.neighbour("10.77.0.9", say.host()).isUnknownWhile("10.77.0.2"),
  say.name("pool", say.inside(two)).means(one, two, plain),
  say.name("nobody", say.inside(two)).isUnknownWhile("one"),
  say.sysctl("net.ipv4.ip_unprivileged_port_start", say.host()).is(1024),
  say.process(one).runs(),
  say.process(one).hasExited(1, "Address already in use"),
  say.process(one).hasExited(137),
  say.process(one).couldNotStart("port is already allocated"),
  say.log(one).contains("start worker"),
  say.http(one).onHostPort(8080).isLoggedAs("10.77.0.1"),
  say.program(["id"], say.inside(one)).says("uid=0"),
  say
    .program(["ip", "link", "add", "x", "type", "veth"], say.inside(one), { changes: true })
    .failsWith("Operation not permitted", ["ip", "link", "show", "lo"]),
  say.http(remote).answers(),
  say.http(remote).answersTo(remote.hostAddress),
  say.http(web).from(remote).answers(),
  say.listening(80).isOwnedBy(web),
  say.listening(80).isHeldByEngineFor(web),
  say.namespace("net", web).isEngines(),
  say.namespace("net", web).differsFromEngines(),
  say.namespace("pid", web).differsFromEngines(),
  say.namespace("net", web).differsFrom(one),
  say.namespace("net", web).is(one),
  say.interfaces(web).areTheHosts(),
  say.interfaces(web).areTheHostsByIfconfig(),
  say.interfaces(web).areNotNewOnHost(),
  say.interfaces(one).haveItsOwnAddress(),
  say.vethPair(one),
  say.vethPair(plain),
  say.inspected(web).isInHostMode(),
  say.inspected(web).isInNoneMode(),
  say.inspected(web).publishesNothing(),
  say.resolver(web).isTheHosts(),
  say.resolver(one).isEmbedded(),
  say.resolver(one).isNotEmbedded(),
  say.masquerade(lan),
  say.portMapping(one, 8080),
  say.discardedPorts(identity, "nginx"),
  say.autoRemoved(identity, "nginx"),
];
