import type { Outcome } from "../../lib/provider/provider";
import type { ValueMap } from "../../lib/provider/protocol/value";
import { openEngine } from "../../lib/provider/docker/connect";
import { dockerProvider } from "../../lib/provider/docker/provider";
import { fakeEngine, type Answers } from "./fake-engine";

/** What is read of something that an import names, which is the first read that an imported object gets. */
async function read(type: string, state: ValueMap, answers: Answers): Promise<Outcome> {
  const fake = await fakeEngine(answers);
  const engine = openEngine({ host: fake.host, sshOptions: [], ca: "", cert: "", key: "", certPath: "" });
  try {
    const resource = dockerProvider.resources[type];
    if (resource === undefined) throw new Error(type);
    const operation = { meta: { engine, registries: new Map() }, signal: new AbortController().signal };
    return await resource.read(state, operation, {});
  } finally {
    await fake.close();
  }
}

describe("imports, as with the real provider", () => {
  const container = (status: string) => ({
    body: JSON.stringify({
      Id: "abc",
      Name: "/c",
      Image: "sha256:1",
      State: { Status: status, Running: status === "running", ExitCode: 0 },
      Config: { Image: "i" },
      HostConfig: {},
    }),
  });

  test("a container is one by its whole id, not by its name", async () => {
    const running = container("running");
    expect(await read("docker_container", { id: "abc" }, { "GET /containers/abc/json": running })).toMatchObject({
      state: { id: "abc", name: "c" },
    });
    expect(await read("docker_container", { id: "c" }, { "GET /containers/c/json": running })).toEqual({ state: null });
  });

  test("a container that is on its way out is gone already", async () => {
    const answers = { "GET /containers/abc/json": container("removing") };
    expect(await read("docker_container", { id: "abc" }, answers)).toEqual({ state: null });
  });

  test("a network keeps the name that it was imported by as its id", async () => {
    const network = { Id: "0123", Name: "n", Driver: "bridge", Scope: "local", IPAM: {} };
    const answers = { "GET /networks/n": { body: JSON.stringify(network) } };
    expect(await read("docker_network", { id: "n" }, answers)).toMatchObject({ state: { id: "n", name: "n" } });
  });
});
