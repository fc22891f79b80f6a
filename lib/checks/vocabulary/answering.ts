import { NestedEngine } from "../../topology/other-engines";
import { Refusal } from "../../topology/refusal";
import { RemoteMachine } from "../../topology/remote-machine";
import type { Server } from "../../topology/server";
import { Task } from "../../topology/swarm-service";
import type { Word } from "../command";
import type { Probe } from "../probes";
import { on } from "./place";

/** Who says who he is. */
export type Answering = Server | RemoteMachine | Task;

export function nameOf(server: Answering): string {
  if (server instanceof Task) return server.service.name;
  return server instanceof RemoteMachine ? server.name : server.namespaceOwner.name;
}

export function identityOf(server: Answering): Extract<Probe, { kind: "http" }>["target"]["server"] {
  if (server instanceof Task) {
    const { token, name, props } = server.service;
    return { ...{ name: server.name, token, container: name }, ...on(props.manager), service: true };
  }
  const { name, token, container } = server;
  return { name, token, container, ...on(server instanceof RemoteMachine ? undefined : server.engine) };
}

/**
 * Where a server listens: in a shared namespace, the owner's address; without any network, loopback alone; undefined in
 * host mode, where it depends on from where one asks.
 */
export function addressOf(server: Answering): Word | undefined {
  if (server instanceof RemoteMachine) return server.address;
  if (server instanceof Task) {
    return server.host === undefined ? server.service.name : [{ ref: "task-address", ...placeOfTask(server) }];
  }
  const { network, address, container, engine } = server.namespaceOwner;
  if (network.mode === "host") return undefined;
  if (network.mode === "none") return "127.0.0.1";
  return address ?? [{ ref: "container-address", container, network: network.engineName, ...on(engine) }];
}

/** @throws Refusal for a task without a host, or a service without a network: it has no one address */
export function placeOfTask({
  service,
  host: { container } = {},
}: Pick<Task, "service"> & { host?: Partial<NestedEngine> | undefined }): {
  service: string;
  network: string;
  engine: string;
} {
  const { name, props } = service;
  if (container !== undefined && props.network !== undefined) {
    return { service: name, network: props.network.engineName, engine: container };
  }
  throw new Refusal(`${service.lab}.${name}`, "an address is asked for on its network, of its task on one host");
}

/** @throws Refusal where the engine chooses the address: it may be another after each start */
export function givenAddress({ container, address }: Server): string {
  if (address !== undefined) return address;
  throw new Refusal(`${container}.address`, "none is given; what looks for an address needs one of the lab's choice");
}
