import { gzipSync } from "node:zlib";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { doctor } from "../../lib/setup";
import { fakeMachine, removeFakes, type FakeMachine } from "./fake";

afterEach(removeFakes);

async function value(machine: FakeMachine, name: string): Promise<string | undefined> {
  return (await doctor(machine.context)).find((fact) => fact.name === name)?.value;
}

const quiet = { script: () => ({ stdout: "version 1\nmore" }) };

describe("doctor", () => {
  it("names the kernel features that labs will miss, from its modules", async () => {
    const machine = fakeMachine(quiet);
    machine.put("lib/modules/6.1.0/modules.builtin", "kernel/net/bridge/bridge.ko\nkernel/drivers/net/veth.ko\n");
    machine.put(
      "lib/modules/6.1.0/modules.dep",
      ["macvlan", "vxlan", "dummy"].map((name) => `kernel/drivers/net/${name}.ko.xz: kernel/x/other.ko\n`).join(""),
    );
    expect(await value(machine, "kernel features")).toBe("missing: ipvlan, 8021q, ip_vs, esp4");
  });

  it("or from its configuration", async () => {
    const machine = fakeMachine(quiet);
    machine.put("proc/.keep", "");
    const configuration = ["BRIDGE", "VETH", "MACVLAN", "IPVLAN", "VLAN_8021Q", "VXLAN", "DUMMY", "IP_VS", "INET_ESP"]
      .map((name) => `CONFIG_${name}=y\n`)
      .join("");
    writeFileSync(join(machine.root, "proc/config.gz"), gzipSync(configuration));
    expect(await value(machine, "kernel features")).toBe(
      "bridge, veth, macvlan, ipvlan, 8021q, vxlan, dummy, ip_vs, esp4",
    );
  });

  it("says what it cannot tell, and what does not run", async () => {
    const machine = fakeMachine({ script: () => ({ exit: -1, stderr: "spawn iptables ENOENT" }) });
    expect(await value(machine, "kernel features")).toMatch(/^cannot be told/);
    expect(await value(machine, "iptables")).toBe("does not run: spawn iptables ENOENT");
    expect(await value(machine, "control groups")).toBe("not mounted");
  });
});
