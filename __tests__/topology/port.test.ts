import fc from "fast-check";
import { checkedPort, freePort, HIGHEST_PORT } from "../../lib/topology/port";
import { refused } from "./refused";

describe("checkedPort", () => {
  test.each([
    [1, 1],
    [80, 80],
    ["8080", 8080],
    ["0080", 80],
    [HIGHEST_PORT, 65535],
  ])("takes %j", (value, port) => {
    expect(checkedPort("host.web.port", value)).toBe(port);
  });

  const rule = "a port is a whole number from 1 to 65535";
  test.each([
    [0, `host.web.port: 0 is no port that one can listen on; ${rule}: 80`],
    ["0", `host.web.port: 0 is no port that one can listen on; ${rule}: 80`],
    [70000, `host.web.port: 70000 is too high; ${rule}: 65535`],
    ["65536", `host.web.port: 65536 is too high; ${rule}: 65535`],
    ["12345678901", `host.web.port: 12345678901 is too high; ${rule}: 65535`],
    ["80a", `host.web.port: "80a" is not a port; ${rule}: 80`],
    ["8o80", `host.web.port: "8o80" is not a port; ${rule}: 8`],
    ["", `host.web.port: "" is not a port; ${rule}: 80`],
    [" 80", `host.web.port: " 80" is not a port; ${rule}: 80`],
    ["80\n", `host.web.port: "80\\n" is not a port; ${rule}: 80`],
    ["http", `host.web.port: "http" is not a port; ${rule}: 80`],
    ["$(id)", `host.web.port: "$(id)" is not a port; ${rule}: 80`],
    ["0x50", `host.web.port: "0x50" is not a port; ${rule}: 80`],
    [-1, `host.web.port: -1 is not a port; ${rule}: 80`],
    [1.5, `host.web.port: 1.5 is not a port; ${rule}: 1`],
    [NaN, `host.web.port: NaN is not a port; ${rule}: 80`],
  ])("refuses %j", (value, message) => {
    expect(refused(() => checkedPort("host.web.port", value))).toBe(message);
  });

  test("proposes what its caller thinks best when nothing is near", () => {
    expect(refused(() => checkedPort("publishedPort", "many", 8080))).toMatch(/: 8080$/);
  });

  test("proposes only what it would take", () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.stringMatching(/^\d{1,7}.?$/));
    fc.assert(
      fc.property(value, (text) => {
        let message;
        try {
          message = refused(() => checkedPort("port", text));
        } catch {
          return checkedPort("port", text) >= 1 && checkedPort("port", text) <= HIGHEST_PORT;
        }
        return checkedPort("port", message.split(": ").at(-1) ?? "") >= 1;
      }),
    );
  });
});

describe("freePort", () => {
  test.each([
    ["the port itself", 80, [], 80],
    ["the next one", 80, [80, 81], 82],
    ["a lower one at the end of the range", 65535, [65535, 65534], 65533],
  ])("finds %s", (_name, port, taken, free) => {
    expect(freePort(port, new Set(taken))).toBe(free);
  });

  test("finds none where all are taken", () => {
    expect(freePort(80, new Set(Array.from({ length: HIGHEST_PORT + 1 }, (_, port) => port)))).toBeUndefined();
  });
});
