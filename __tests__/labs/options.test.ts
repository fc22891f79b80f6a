import { LABS, labNamed } from "../../lib/labs/catalogue";
import { refused } from "../topology/refused";
import { synthesized } from "./synthesized";

const IDS = LABS.map(({ id }) => id).join(", ");

describe("labNamed", () => {
  test.each(LABS.map(({ id }) => id))("knows %s", (id) => {
    expect(labNamed(id).id).toBe(id);
  });

  test.each([
    ["brigde", `lab: there is no lab "brigde". Did you mean "bridge"? (${IDS})`],
    ["Host", `lab: there is no lab "Host". Did you mean "host"? (${IDS})`],
    ["kubernetes", `lab: there is no lab "kubernetes" (${IDS})`],
    ["", `lab: there is no lab "" (${IDS})`],
    ["$(id)", `lab: there is no lab "$(id)" (${IDS})`],
  ])("does not know %j", (id, message) => {
    expect(refused(() => labNamed(id))).toBe(message);
  });
});

const port = "a port is a whole number from 1 to 65535";
test.each([
  ["host", { LAB_HTTP_PORT: "0" }, `host.web.port: 0 is no port that one can listen on; ${port}: 80`],
  ["host", { LAB_HTTP_PORT: "70000" }, `host.web.port: 70000 is too high; ${port}: 65535`],
  ["host", { LAB_HTTP_PORT: "80a" }, `host.web.port: "80a" is not a port; ${port}: 80`],
  ["host", { LAB_HTTP_PORT: "" }, `host.web.port: "" is not a port; ${port}: 80`],
  ["bridge", { LAB_PUBLISHED_PORT: "-1" }, `bridge.publishedPort: "-1" is not a port; ${port}: 8080`],
  [
    "bridge",
    { LAB_SUBNET: "10.77.0.5/24" },
    "bridge.lan.subnet: 10.77.0.5/24 has host bits set; a subnet is a network address: 10.77.0.0/24",
  ],
  [
    "bridge",
    { LAB_SUBNET: "10.77.0.0/30" },
    "bridge.lan.subnet: 10.77.0.0/30 is too small; a lab's subnet has a prefix length from 8 to 29: 10.77.0.0/24",
  ],
  [
    "overlay",
    { LAB_ENGINES: "ssh://root@a" },
    "--engines: lab overlay is about two hosts: ssh://root@192.0.2.5,ssh://root@192.0.2.6",
  ],
  [
    "overlay",
    { LAB_ENGINES: "ssh://root@a,tcp://b:2375" },
    'overlay.engines: "tcp://b:2375" is without TLS: whoever reaches it is root on that machine. With TLS (dockerd --tlsverify) it is: tcp://b:2376',
  ],
])("lab %s refuses %j", (id, environment, message) => {
  expect(refused(() => synthesized(id, environment))).toBe(message);
});

test("options change what is declared, and the checks with it", () => {
  const host = JSON.stringify(synthesized("host", { LAB_HTTP_PORT: "8081" }));
  expect(host).toContain("http://127.0.0.1:8081/");
  expect(host).not.toContain("127.0.0.1:80/");
  const bridge = JSON.stringify(synthesized("bridge", { LAB_SUBNET: "10.99.0.0/29", LAB_PUBLISHED_PORT: "9090" }));
  expect(bridge).toContain("10.99.0.2:80");
  expect(bridge).toContain('"external":9090');
  expect(bridge).not.toMatch(/10\.77\.|8080/);
});

test("a port that is published under its own number is not asked for inside", () => {
  expect(JSON.stringify(synthesized("bridge"))).toContain("host-port-not-inside");
  expect(JSON.stringify(synthesized("bridge", { LAB_PUBLISHED_PORT: "80" }))).not.toContain("host-port-not-inside");
});
