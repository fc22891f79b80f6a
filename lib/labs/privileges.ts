import type { Construct } from "constructs";
import { exec, run } from "../checks/doing";
import { addresses, host, http, inside, namespace, namespaceOf, program, sysctl } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { DefaultBridge, HostNetwork } from "../topology/network";
import type { Server } from "../topology/server";

export interface PrivilegesLabProps {
  /** The port of the host that the server in host mode listens on. @default 8086 */
  readonly port?: string | number | undefined;
}

const REFUSED = "Operation not permitted";
const LOWEST_FREE_PORT = "net.ipv4.ip_unprivileged_port_start";
/*
 * What is asked for where it must be refused is there already in every namespace: should it be permitted after all, it
 * fails in another way, and changes nothing.
 */
const ADD_ADDRESS = ["ip", "address", "add", "127.0.0.1/8", "dev", "lo"] as const;
const ADD_LINK = ["ip", "link", "add", "lo", "type", "bridge"] as const;
const SHOW = ["ip", "address", "show", "dev", "lo"] as const;

/** A request can be made from a low port as well as received on one; nobody else's service is in the way of it. */
const FROM_LOW_PORT = ["--local-port", "900-1023"];

/** Of TEST-NET-2 (RFC 5737), which nobody has. */
const ADDRESS = "198.51.100.86";
const LINK = "lab-extra";

/** In host mode the network stack is the host's; the rights to change it are not the container's. */
export class PrivilegesLab extends LabStack {
  constructor(scope: Construct, id: string, props: PrivilegesLabProps = {}) {
    super(scope, id, { title: "Privileges" });

    const web = this.addServer("web", {
      network: HostNetwork.of(this.engine),
      port: props.port ?? 8086,
      portOption: "LAB_PRIVILEGES_PORT",
    });
    const apart = this.addServer("apart", { network: DefaultBridge.of(this.engine) });
    const admin = this.throwAway("admin", { capabilities: ["NET_ADMIN"] });

    this.check("web/same-namespace", namespace("net", web).isEngines(), {
      what: "web is in the host's own network namespace",
      why: "So whatever it could change there, it would change for the host.",
      claim: "A1",
      fact: "H1",
    });
    this.check("web/answers", http(web).from(host()).answers(), {
      what: `web may open a socket of the host: it answers on port ${String(web.port)}`,
      why: "To use a network stack takes no privilege. Every program of the host may listen on a port from 1024 on.",
      claim: "A4",
      fact: "H5",
    });
    this.check("web/no-address", program(ADD_ADDRESS, inside(web), { changes: true }).failsWith(REFUSED, SHOW), {
      what: "web may not add an address, though its process is root's",
      why: "It takes the capability CAP_NET_ADMIN, which the engine does not give to a container unless it is told to. To look is free.",
      claim: "B12",
    });
    this.check("web/no-link", program(ADD_LINK, inside(web), { changes: true }).failsWith(REFUSED, SHOW), {
      what: "web may not add an interface",
      why: "The kernel asks for the same capability. Host mode opens the host's network to a container; it does not hand it over.",
      claim: "B12",
    });
    this.check("apart/no-address", program(ADD_ADDRESS, inside(apart), { changes: true }).failsWith(REFUSED, SHOW), {
      what: "apart may not add an address either, in a namespace of its own",
      why: "What decides is the capability, not the network mode.",
      claim: "B12",
    });
    this.check("web/lowest-free-port", sysctl(LOWEST_FREE_PORT, namespaceOf(web)).is(1024), {
      what: "in host mode ports below 1024 are root's, as on the host",
      why: "The setting belongs to the network namespace, and that is the host's. (1024 is the kernel's default; who administers the host may have set another.)",
      fact: "B19",
    });
    this.check(
      "web/no-low-port",
      program(asNobody(web, ...FROM_LOW_PORT), host()).failsWith("Permission denied", asNobody(web)),
      {
        what: "nobody (the user) may not take a port below 1024 in host mode",
        why: "Without CAP_NET_BIND_SERVICE the kernel refuses it (EACCES); with a port of the kernel's choice the same request is answered.",
        fact: "B19",
      },
    );
    this.check("apart/lowest-free-port", sysctl(LOWEST_FREE_PORT, namespaceOf(apart)).is(0), {
      what: "in bridge mode no port is root's",
      why: "The engine sets it to 0 in each namespace that it makes: ports there are nobody else's.",
      fact: "B19",
      needs: [{ since: "20.10" }],
    });
    this.check(
      "apart/low-port",
      program(asNobody(apart, ...FROM_LOW_PORT), host()).says(`${apart.name} ${apart.token}`),
      {
        what: "nobody (the user) may take a port below 1024 in bridge mode",
        why: "Same image, same user, another namespace with another setting.",
        fact: "B19",
        needs: [{ since: "20.10" }],
      },
    );

    const granted = this.step("net-admin", {
      what: "a container with NET_ADMIN, in a namespace of its own, adds an address and an interface",
      why: "With the capability the kernel does as it is told, within the container's own namespace: without host mode, there is nothing of the host's in it.",
      actions: [
        run(admin),
        exec(admin, "ip", "address", "add", `${ADDRESS}/32`, "dev", "lo"),
        exec(admin, "ip", "link", "add", LINK, "type", "bridge"),
      ],
    });
    granted.check("address", addresses(namespaceOf(admin)).have(ADDRESS), {
      what: `admin has the address ${ADDRESS} now`,
      why: "What web was refused is done for whoever has the capability. In host mode, that would be the host's address.",
      claim: "B12",
    });
    granted.check("link", program(["ip", "link", "show", LINK], inside(admin)).says(LINK), {
      what: `admin has the interface ${LINK} now`,
      why: "To whom --cap-add NET_ADMIN is given together with --network host, the host's own network is given.",
      claim: "B12",
    });
    granted.check("host-address", addresses(host()).lack(ADDRESS), {
      what: "the host's addresses are what they were",
      why: "A capability reaches as far as the namespace that the process is in.",
    });
    granted.check(
      "host-link",
      program(["ip", "link", "show", LINK], host()).failsWith("does not exist", ["ip", "link", "show", "lo"]),
      {
        what: "no interface has come to the host",
        why: "One of the two is needed to keep a container off the host's network: a namespace of its own, or no NET_ADMIN.",
      },
    );

    this.tryNext(`docker exec ${web.container} ${ADD_ADDRESS.join(" ")}`);
    this.tryNext(`docker exec ${admin.container} ip address show`);
    this.tryNext(`npx lab reset ${id}`);
  }
}

/** A server asked by itself, as a user without any privilege. */
function asNobody({ container, port }: Server, ...options: string[]): [string, ...string[]] {
  const request = ["curl", "-sS", "--noproxy", "*", "--max-time", "3", ...options, `http://127.0.0.1:${String(port)}/`];
  return ["docker", "exec", "--user", "nobody", container, ...request];
}
