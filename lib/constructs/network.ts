import { type BridgeNetwork, type DeclaredNetwork } from "../topology/declared-network";
import { OverlayNetwork } from "../topology/overlay";
import { UnderlayNetwork } from "../topology/underlay";
import type { NetworkConfig } from "./providers";

/** What the docker provider is told of a network, whatever it is declared beside. */
export function networkConfig(network: DeclaredNetwork): NetworkConfig {
  const { subnet, gateway, engineName } = network;
  const range = network instanceof UnderlayNetwork ? network.range : undefined;
  const more = network.subnets.slice(1).map((one) => ({ subnet: one.toString(), gateway: one.address(1) }));
  return {
    name: engineName,
    driver: network.mode,
    ipamConfig: [
      { subnet: subnet.toString(), gateway, ...(range === undefined ? {} : { ipRange: range.toString() }) },
      ...more,
    ],
    ...(network.internal ? { internal: true } : {}),
    ...(network.mode === "overlay" ? { attachable: true } : {}),
    ...driverOptions(network),
  };
}

/** What the driver is told, where that differs from its own ways. */
function driverOptions(network: DeclaredNetwork): Pick<NetworkConfig, "options" | "lifecycle"> {
  if (network instanceof OverlayNetwork) {
    // The engine adds options of its own (its VXLAN ids), which would be a difference on every plan.
    return network.encrypted ? { options: { encrypted: "true" }, lifecycle: { ignoreChanges: ["options"] } } : {};
  }
  if (network instanceof UnderlayNetwork) {
    return { options: { parent: network.parent, [`${network.mode}_mode`]: network.driverMode } };
  }
  const { interContainerConnectivity = true, mtu } = network as BridgeNetwork;
  const options = {
    ...(interContainerConnectivity ? {} : { "com.docker.network.bridge.enable_icc": "false" }),
    ...(mtu === undefined ? {} : { "com.docker.network.driver.mtu": String(mtu) }),
  };
  return Object.keys(options).length === 0 ? {} : { options };
}
