import { networkInterfaces } from "os";
import { createServer } from "net";
import { interfaceNames, takenPorts } from "../../lib/checks/world";

test("the host's interfaces are named, those without an address among them", async () => {
  const names = await interfaceNames();
  expect(names).toContain("lo");
  expect(names).toEqual(expect.arrayContaining(Object.keys(networkInterfaces())));
  expect(names.filter((name) => !/^[^\s:/]{1,15}$/.test(name))).toEqual([]);
});

describe("ports that are taken", () => {
  const V4 = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1679 1 0 100 0 0 10 0
   1: 0100007F:0050 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 1680 1 0 100 0 0 10 0
`;
  const V6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
`;
  const missing = async (): Promise<string> => Promise.reject(new Error("ENOENT"));

  test("are those that somebody listens on, by IPv4 or IPv6, and no connection's", async () => {
    const read = async (file: string): Promise<string> => (file.endsWith("6") ? V6 : V4);
    expect(await takenPorts(read)).toEqual(new Set([8080, 443]));
  });

  test("are told without IPv6, too, and not at all without tables", async () => {
    expect(await takenPorts(async (file) => (file.endsWith("6") ? missing() : V4))).toEqual(new Set([8080]));
    expect(await takenPorts(missing)).toBeUndefined();
  });

  test.each(["127.0.0.1", "::1"])("are seen on this machine, at %s", async (host) => {
    const server = createServer();
    const port = await new Promise<number | undefined>((settle) => {
      server.on("error", () => settle(undefined));
      server.listen(0, host, () => settle((server.address() as { port: number }).port));
    });
    // A machine without IPv6 has none there.
    if (port === undefined) return;
    expect(await takenPorts()).toContain(port);
    await new Promise((settle) => server.close(settle));
    expect(await takenPorts()).not.toContain(port);
  });
});
