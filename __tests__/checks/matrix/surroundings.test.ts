import type Docker from "dockerode";
import { foundAddresses } from "../../../lib/checks/matrix/surroundings";
import { BridgeNetwork } from "../../../lib/topology/declared-network";
import { Identity } from "../../../lib/topology/identity";
import { Lab } from "../../../lib/topology/lab";
import { Server } from "../../../lib/topology/server";

const identity = new Identity("mine", "i1");
const lab = new Lab(identity);
const network = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.80.0.0/24" }));
for (const name of ["there", "gone"]) lab.addServer(new Server(identity, name, { network }));

/** An engine that has one container, and answers as `gone` says for any other. */
function engine(gone: { statusCode: number }): Docker {
  const { networks, servers } = lab.topology();
  const Networks = { [networks[0]?.engineName ?? ""]: { IPAddress: "10.80.0.2", Gateway: "10.80.0.1" } };
  const getContainer = (container: string) => ({
    inspect: () =>
      container === servers[0]?.container
        ? Promise.resolve({ NetworkSettings: { Networks } })
        : Promise.reject(gone as never),
  });
  return { getContainer } as unknown as Docker;
}

test("a container that somebody has removed has no address, and the others have theirs", async () => {
  const { servers } = await foundAddresses(engine({ statusCode: 404 }), lab.topology());
  expect(servers).toEqual(
    new Map([
      ["there", new Map([["lan", "10.80.0.2"]])],
      ["gone", new Map()],
    ]),
  );
});

test("any other trouble of the engine is told", async () => {
  await expect(foundAddresses(engine({ statusCode: 500 }), lab.topology())).rejects.toEqual({ statusCode: 500 });
});
