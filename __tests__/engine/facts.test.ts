import type Docker from "dockerode";
import { engineFacts } from "../../lib/engine/facts";

/** Of what `GET /info` answered on real engines, what the labs care for. */
const RECORDED = {
  "20.10.24+dfsg1": {
    ...{ ServerVersion: "20.10.24+dfsg1", OSType: "linux", KernelVersion: "6.18.44", CgroupVersion: "1" },
    ...{ Driver: "overlay2", SecurityOptions: ["name=seccomp,profile=default"] },
  },
  "28.5.2": {
    ...{ ServerVersion: "28.5.2", OSType: "linux", KernelVersion: "6.18.44", CgroupVersion: "1" },
    ...{ Driver: "overlay2", SecurityOptions: ["name=seccomp,profile=builtin"] },
    FirewallBackend: { Driver: "iptables" },
  },
  "29.7.2": {
    ...{ ServerVersion: "29.7.2", OSType: "linux", KernelVersion: "6.18.44", CgroupVersion: "1" },
    ...{ Driver: "overlayfs", SecurityOptions: ["name=seccomp,profile=builtin"] },
    FirewallBackend: {
      Driver: "nftables",
      Info: [
        ["EnableUserlandProxy", "true"],
        ["UserlandProxyPath", "/usr/sbin/docker-proxy"],
      ],
    },
  },
};

test.each([
  ["20.10.24+dfsg1", "iptables"],
  ["28.5.2", "iptables"],
  ["29.7.2", "nftables"],
] as const)("Engine %s filters packets by %s, as it says or as it must", async (version, firewall) => {
  const docker = { info: () => Promise.resolve(RECORDED[version]) } as unknown as Docker;
  expect(await engineFacts(docker, "unix:///var/run/docker.sock")).toEqual({
    ...{ version, kernel: "6.18.44", firewall, noHostMode: undefined },
  });
});
