import type { Construct } from "constructs";
import {
  autoRemoved,
  discardedPorts,
  host,
  http,
  inspected,
  interfaces,
  listening,
  namespace,
  resolver,
} from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { HostNetwork } from "../topology/network";

export interface HostLabProps {
  /** The port that the server listens on, on the host itself. @default 80 */
  readonly httpPort?: string | number | undefined;
}

/** Source A's workshop: nginx that shares the host's network namespace. */
export class HostLab extends LabStack {
  constructor(scope: Construct, id: string, props: HostLabProps = {}) {
    super(scope, id, { title: "Host network" });

    const web = this.addServer("web", {
      network: HostNetwork.of(this.engine),
      port: props.httpPort ?? 80,
      portOption: "LAB_HTTP_PORT",
    });
    const remote = this.addRemoteMachine("remote");

    this.check("web/same-namespace", namespace("net", web).isEngines(), {
      what: "web shares the host's network namespace",
      why: "host mode creates no network namespace: the process stays in the one that the engine itself runs in.",
      claim: "A1",
      fact: "H1",
    });
    this.check("web/no-address", inspected(web).isInHostMode(), {
      what: "web has no IP address of its own",
      why: "An address belongs to an interface in a namespace; without a namespace of its own there is none to give.",
      claim: "A2",
      fact: "H8",
    });
    this.check("web/same-interfaces", interfaces(web).areTheHosts(), {
      what: "inside web one sees exactly the host's interfaces",
      why: "ip lists the interfaces of the namespace it runs in, and that is the host's.",
      claim: ["A2", "B14"],
      fact: "H9",
    });
    this.check("web/same-ifconfig", interfaces(web).areTheHostsByIfconfig(), {
      what: "ifconfig inside web lists the same interfaces as on the host",
      why: "The older tool asks the kernel in another way, and gets the same answer: there is one network stack.",
      claim: "B14",
    });
    this.check("web/no-new-interface", interfaces(web).areNotNewOnHost(), {
      what: "no interface was created on the host",
      why: "There is nothing to connect: a veth pair is only needed between two namespaces.",
      claim: "A12",
      fact: "H2",
    });
    this.check("web/answers", http(web).from(host()).answersTo("127.0.0.1"), {
      what: "web answers on the host's loopback address, with no port mapping, and sees who asks: 127.0.0.1",
      why: "The server listens on the host's own interfaces, as any program of the host would. (Behind a mapped port it would see the bridge's address.)",
      claim: ["A4", "A10", "A11"],
      fact: "H5",
    });
    this.check("web/answers-everywhere", http(web).onEveryHostAddress().answers(), {
      what: "web answers on every address of the host",
      why: "nginx listens on 0.0.0.0, which in this namespace means every address that the host has.",
      claim: "A4",
      fact: "H5",
    });
    this.check("web/from-outside", http(web).from(remote).answersTo(remote.address), {
      what: "another machine reaches web by the host's own address",
      why: "There is no container's address to know and no mapping: one asks the host, and web sees who asks.",
      claim: ["A4", "B15"],
      fact: "H5",
    });
    this.check("web/owner", listening(web.port).isOwnedBy(web), {
      what: `port ${String(web.port)} belongs to nginx itself`,
      why: "No docker-proxy and no address translation stand in between: the container's own process holds the port.",
      claim: "A13",
      fact: "H4",
    });
    this.check("web/nothing-published", inspected(web).publishesNothing(), {
      what: "no port is mapped",
      why: "Published ports mean nothing in host mode; the engine keeps none.",
      claim: "A7",
      fact: "H3",
    });
    this.check("discarded-ports", discardedPorts(this.lab.identity, this.settings.image), {
      what: "the engine warns that it discards published ports in host mode",
      why: "-p and -P ask for a mapping between two namespaces, and there is only one.",
      claim: "A7",
      fact: "H3",
    });
    this.check("removed-when-stopped", autoRemoved(this.lab.identity, this.settings.image), {
      what: "a container that was run with --rm is gone once it has ended",
      why: "The workshop runs its nginx so. The engine removes the container as soon as its process has ended, by itself or by docker stop; Terraform knows nothing of it.",
      claim: ["A10", "A14"],
    });
    this.check("web/resolver", resolver(web).isTheHosts(), {
      what: "web uses the host's resolver settings",
      why: "The engine copies the host's resolv.conf; its embedded resolver serves user-defined networks only.",
      claim: "A9",
    });
    for (const [type, title] of [
      ["mnt", "file systems"],
      ["pid", "processes"],
    ] as const) {
      this.check(`web/own-${title.replace(" ", "-")}`, namespace(type, web).differsFromEngines(), {
        what: `web's ${title} are isolated from the host's`,
        why: "Host mode gives up one kind of namespace, the network's; the others stay.",
        claim: "A5",
      });
    }

    const port = String(web.port);
    this.tryNext(`curl -i http://127.0.0.1:${port}/`);
    this.tryNext(`sudo netstat -tulpn | grep ':${port} '`);
    this.tryNext("ip addr show");
  }
}
