import { connect, DEFAULT_HOST, engineHost } from "../../lib/engine/connection";
import { refused } from "../topology/refused";

test("the engine is where Docker's own tools look", () => {
  expect(engineHost({})).toBe(DEFAULT_HOST);
  expect(engineHost({ DOCKER_HOST: "" })).toBe(DEFAULT_HOST);
  expect(engineHost({ DOCKER_HOST: "tcp://10.0.0.5:2375" })).toBe("tcp://10.0.0.5:2375");
});

test.each([
  ["unix:///run/other.sock", { socketPath: "/run/other.sock" }],
  ["tcp://10.0.0.5:2375", { host: "10.0.0.5", port: 2375, protocol: "http" }],
  ["http://engine:2375", { host: "engine", port: 2375, protocol: "http" }],
])("%s is one's address", (host, modem) => {
  expect(connect(host).modem).toMatchObject(modem);
});

test.each(["", "unix://", "tcp://10.0.0.5", "ssh://ada@engine", "$(id)", "/var/run/docker.sock"])(
  "%j is none",
  (host) => {
    expect(refused(() => connect(host))).toBe(
      `DOCKER_HOST: "${host}" is not an engine's address; one looks like: unix:///var/run/docker.sock`,
    );
  },
);
