import { openEngine } from "../../lib/provider/docker/connect";
import type { DockerOperation, RegistryAuth } from "../../lib/provider/docker/meta";
import { findOrPull, parseName } from "../../lib/provider/docker/pull";
import { dockerProvider } from "../../lib/provider/docker/provider";
import { fakeEngine, type Answers } from "./fake-engine";

const unsecured = { sshOptions: [], ca: "", cert: "", key: "", certPath: "" };

describe("an image's name says where it comes from", () => {
  test.each([
    ["nginx", "nginx", "latest", "registry-1.docker.io"],
    ["nginx:1.25", "nginx", "1.25", "registry-1.docker.io"],
    ["library/nginx:1.25", "library/nginx", "1.25", "registry-1.docker.io"],
    ["example.org/nginx", "example.org/nginx", "latest", "example.org"],
    ["localhost:5000/a/b:c", "localhost:5000/a/b", "c", "localhost:5000"],
    ["127.0.0.1:5000/nginx", "127.0.0.1:5000/nginx", "latest", "127.0.0.1:5000"],
    ["nginx:1@sha256:ab", "nginx", "sha256:ab", "registry-1.docker.io"],
    ["nginx@sha256:ab", "nginx", "sha256:ab", "registry-1.docker.io"],
  ])("%s", (name, repository, tag, registry) => {
    expect(parseName(name)).toEqual({ repository, tag, registry });
  });
});

describe("pulling", () => {
  async function pulled(answers: Answers, name: string, auth?: [string, RegistryAuth]) {
    const fake = await fakeEngine(answers);
    const operation: DockerOperation = {
      meta: { engine: openEngine({ ...unsecured, host: fake.host }), registries: new Map(auth ? [auth] : []) },
      signal: new AbortController().signal,
    };
    const outcome = await findOrPull(operation, name).catch((problem: Error) => problem.message);
    await fake.close();
    return { outcome, requests: fake.requests };
  }

  test("what the engine complains about in the middle of it is told", async () => {
    const body =
      '{"status":"Pulling from x"}\n{"errorDetail":{"message":"no space"},"error":"no space left on device"}\n';
    const { outcome } = await pulled({ "POST /images/create": { body } }, "x:1");
    expect(outcome).toBe("unable to find or pull image x:1: no space left on device");
  });

  test("what it refuses at once is told", async () => {
    const refusal = { status: 500, body: '{"message":"lookup registry: no such host"}' };
    const { outcome } = await pulled({ "POST /images/create": refusal }, "x:1");
    expect(outcome).toBe(
      "unable to pull image x:1: error pulling image x:1: Error response from daemon: lookup registry: no such host",
    );
  });

  test("credentials go with it, to their own registry only", async () => {
    const auth: [string, RegistryAuth] = ["example.org", { username: "me", password: "secret?" }];
    const { requests } = await pulled({ "POST /images/create": { body: "" } }, "example.org/x:1", auth);
    const pull = requests.find(({ method }) => method === "POST");
    expect(pull?.url).toBe("/images/create?fromImage=example.org%2Fx&tag=1");
    const sent = JSON.parse(Buffer.from(String(pull?.headers["x-registry-auth"]), "base64url").toString()) as unknown;
    expect(sent).toEqual({ username: "me", password: "secret?" });

    const other = await pulled({ "POST /images/create": { body: "" } }, "elsewhere.org/x:1", auth);
    const header = String(other.requests.find(({ method }) => method === "POST")?.headers["x-registry-auth"]);
    expect(Buffer.from(header, "base64url").toString()).toBe("{}");
  });

  test("takes no longer than it is allowed", async () => {
    const fake = await fakeEngine({ "POST /images/create": { hangs: true } });
    const meta = { engine: openEngine({ ...unsecured, host: fake.host }), registries: new Map() };
    const resource = dockerProvider.resources["docker_image"];
    const desired = { name: "x:1", timeouts: { create: "50ms" } };
    const creation = resource?.create(desired, { meta, signal: new AbortController().signal });
    await expect(creation).rejects.toThrow("context deadline exceeded: create was allowed 50ms");
    await fake.close();
  });

  test("a local image is not pulled", async () => {
    const { outcome, requests } = await pulled({ "GET /images/x:1/json": { body: '{"Id":"sha256:1"}' } }, "x:1");
    expect(outcome).toEqual({ Id: "sha256:1" });
    expect(requests).toHaveLength(1);
  });
});
