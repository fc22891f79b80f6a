import { hostTools } from "../../lib/setup/parts/host-tools";
import { fakeMachine, plain, removeFakes, type FakeMachine } from "./fake";

afterEach(removeFakes);

const ALL = ["docker", "curl", "ip", "ss", "netstat", "ifconfig", "nsenter", "iptables", "ps"];

describe("the host tools", () => {
  it("are found on PATH, and nothing runs", async () => {
    const machine = fakeMachine();
    machine.install(...ALL);
    expect(await hostTools(machine.context)).toMatchObject({ verdict: "found", detail: ALL.join(", ") });
    expect(machine.ran).toEqual([]);
  });

  it("are found where a user's PATH does not lead", async () => {
    const machine = fakeMachine({ system: { userId: 1000 } });
    machine.install(...ALL.filter((tool) => tool !== "iptables"));
    machine.put("usr/sbin/iptables", "#!/bin/sh\n", 0o755);
    expect(await hostTools(machine.context)).toMatchObject({ verdict: "found" });
  });

  it("are brought by apt as root, each package once and the action said before it is done", async () => {
    const machine: FakeMachine = fakeMachine({
      script: (command) => {
        if (command.startsWith("apt-get install")) machine.install("netstat", "ifconfig", "curl");
        return {};
      },
    });
    machine.install("apt-get", ...ALL.filter((tool) => !["netstat", "ifconfig", "curl"].includes(tool)));
    const outcome = await hostTools(machine.context);
    expect(outcome).toMatchObject({ verdict: "brought", detail: "curl, net-tools installed with apt" });
    const install = "apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=180 curl net-tools";
    expect(machine.ran).toEqual(["apt-get update", install]);
    expect(machine.printed).toEqual([
      "  → DEBIAN_FRONTEND=noninteractive apt-get update",
      `  → DEBIAN_FRONTEND=noninteractive ${install}`,
    ]);
    machine.ran.length = 0;
    expect(await hostTools(machine.context)).toMatchObject({ verdict: "found" });
    expect(machine.ran).toEqual([]);
  });

  it("are refused with the one command without root", async () => {
    const machine = fakeMachine({ system: { userId: 1000 } });
    machine.install("apt-get", ...ALL.filter((tool) => tool !== "netstat"));
    expect(await hostTools(machine.context)).toEqual({
      verdict: "refused",
      detail: "netstat not found on PATH",
      remedy: "sudo apt-get install -y --no-install-recommends net-tools",
    });
  });

  it("are only looked for under LAB_SETUP=check", async () => {
    const machine = fakeMachine({ mayBring: false });
    machine.install("apt-get", ...ALL.filter((tool) => tool !== "curl"));
    expect(await hostTools(machine.context)).toMatchObject({
      verdict: "refused",
      remedy: "apt-get install -y --no-install-recommends curl",
    });
    expect(machine.ran).toEqual([]);
  });

  it("are refused where there is no apt, and where there is no Linux", async () => {
    const fedora = await hostTools(fakeMachine().context);
    expect(fedora.detail).toBe(`${ALL.join(", ")} not found on PATH, and this system has no apt-get`);
    const mac = fakeMachine({ system: { platform: "darwin" } });
    expect(plain(mac, (await hostTools(mac.context)).detail)).toBe(
      `${ALL.join(", ")} not found on PATH; the checks on the host need Linux`,
    );
  });
});
