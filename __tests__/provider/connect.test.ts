import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { contextHost, openEngine } from "../../lib/provider/docker/connect";
import { inPath } from "../../lib/provider/docker/engine";
import { dockerProvider } from "../../lib/provider/docker/provider";
import { readRegistries } from "../../lib/provider/docker/registry";
import { issueCertificate } from "../../lib/provider/protocol/certificate";
import { fakeEngine, fakeTlsEngine } from "./fake-engine";

const unsecured = { sshOptions: [], ca: "", cert: "", key: "", certPath: "" };
const PING = { "GET /_ping": { body: "OK" } };
const never = new AbortController().signal;

describe("engines are reached", () => {
  let folder: string;
  const search = process.env["PATH"];
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "lab-test-connect-"))));
  afterEach(() => {
    Object.assign(process.env, { PATH: search });
    rmSync(folder, { recursive: true, force: true });
  });

  test("by a unix socket, and only when something is asked", async () => {
    const engine = openEngine({ ...unsecured, host: `unix://${folder}/none.sock` });
    await expect(engine.request("GET", "/_ping")).rejects.toThrow(
      `Cannot connect to the Docker daemon at unix://${folder}/none.sock. Is the docker daemon running?`,
    );
  });

  test("by TLS, with the material of both sides", async () => {
    const [server, client] = [issueCertificate(), issueCertificate()];
    const fake = await fakeTlsEngine(PING, {
      key: server.key,
      cert: server.cert,
      ca: client.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const settings = { ...unsecured, host: fake.host, ca: server.cert, cert: client.cert, key: client.key };
    try {
      await openEngine(settings).request("GET", "/_ping");
      const stranger = issueCertificate();
      const without = openEngine({ ...settings, cert: stranger.cert, key: stranger.key });
      await expect(without.request("GET", "/_ping")).rejects.toThrow();
      const fooled = openEngine({ ...settings, ca: stranger.cert });
      await expect(fooled.request("GET", "/_ping")).rejects.toThrow(/certificate/);
      expect(fake.requests).toHaveLength(1);

      for (const [name, text] of Object.entries({ ca: server.cert, cert: client.cert, key: client.key })) {
        writeFileSync(path.join(folder, `${name}.pem`), text);
      }
      await openEngine({ ...unsecured, host: fake.host, certPath: folder }).request("GET", "/_ping");
      expect(fake.requests).toHaveLength(2);
    } finally {
      await fake.close();
    }
  });

  test("by ssh, through the user's own program", async () => {
    const fake = await fakeEngine(PING);
    const program = path.join(folder, "ssh");
    const script = `
      require("node:fs").writeFileSync("${folder}/argv", JSON.stringify(process.argv.slice(2)));
      const far = require("node:net").connect("${fake.socket}");
      process.stdin.pipe(far).pipe(process.stdout);`;
    writeFileSync(program, `#!${process.execPath}\n${script}\n`);
    chmodSync(program, 0o755);
    process.env["PATH"] = `${folder}:${search ?? ""}`;
    try {
      const engine = openEngine({ ...unsecured, host: "ssh://me@far.example:2222", sshOptions: ["-i", "key"] });
      await engine.request("GET", "/_ping");
      expect(fake.requests).toHaveLength(1);
      expect(JSON.parse(readFileSync(`${folder}/argv`, "utf8"))).toEqual(
        "-i key -o ConnectTimeout=30 -T -l me -p 2222 -- far.example docker system dial-stdio".split(" "),
      );
      await openEngine({ ...unsecured, host: "ssh://far.example/run/other.sock" }).request("GET", "/_ping");
      expect(JSON.parse(readFileSync(`${folder}/argv`, "utf8"))).toEqual(
        "-o ConnectTimeout=30 -T -- far.example docker --host unix:///run/other.sock system dial-stdio".split(" "),
      );
    } finally {
      await fake.close();
    }
  });

  test("and an ssh that fails says why", async () => {
    const program = path.join(folder, "ssh");
    writeFileSync(program, "#!/bin/sh\necho 'Host key verification failed.' >&2\nexit 255\n");
    chmodSync(program, 0o755);
    process.env["PATH"] = `${folder}:${search ?? ""}`;
    const engine = openEngine({ ...unsecured, host: "ssh://far.example" });
    await expect(engine.request("GET", "/_ping")).rejects.toThrow(
      "-- far.example docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and " +
        "Docker 18.09 or later is installed on the remote host: stderr=Host key verification failed.",
    );
  });

  test("by the name of a context", async () => {
    await expect(contextHost("lab", folder)).rejects.toThrow("could not read contexts directory");
    const meta = path.join(folder, ".docker/contexts/meta/abc");
    mkdirSync(meta, { recursive: true });
    writeFileSync(path.join(meta, "meta.json"), '{"Name":"lab","Endpoints":{"docker":{"Host":"tcp://far:1"}}}');
    await expect(contextHost("lab", folder)).resolves.toBe("tcp://far:1");
    await expect(contextHost("other", folder)).rejects.toThrow("context 'other' not found");
  });

  const PEM = "-----BEGIN CERTIFICATE-----";
  test.each([
    [{ cert: "x" }, "cert_material, and key_material must be specified"],
    [{ cert: "x", key: "y", certPath: "/certs" }, "cert_path must not be specified"],
    [{ cert: "x", key: PEM }, "tls: failed to find any PEM data in certificate input"],
    [{ cert: PEM, key: "y" }, "tls: failed to find any PEM data in key input"],
    [{ cert: PEM, key: PEM, ca: "z" }, "could not add RootCA pem"],
    [{ host: "" }, "unable to parse docker host ``"],
    [{ host: "far" }, "unable to parse docker host `far`"],
    [{ host: "ssh://" }, "ssh host connection is not valid: no host specified"],
    [{ host: "ssh://me:pw@far" }, "ssh host connection is not valid: plain-text password is not supported"],
    [{ host: "ssh://far?a=b" }, 'ssh host connection is not valid: extra query after the host: "a=b"'],
    [{ host: "ssh://far#a" }, 'ssh host connection is not valid: extra fragment after the host: "a"'],
  ])("%j is refused at once", (settings, why) => {
    expect(() => openEngine({ ...unsecured, host: "tcp://far:1", ...settings })).toThrow(
      `Error initializing Docker client: ${why}`,
    );
  });
});

describe("configuring", () => {
  test("asks whether the engine is there, unless told not to", async () => {
    const host = "unix:///nonexistent/docker.sock";
    await expect(dockerProvider.configure({ host }, never)).rejects.toThrow(
      `Error pinging Docker server, please make sure that ${host} is reachable and has a  '_ping' endpoint. Error: Cannot connect`,
    );
    const meta = await dockerProvider.configure({ host, disable_docker_daemon_check: true }, never);
    expect(meta.engine.host).toBe(host);
  });

  test("says at once that certificates cannot be read, and takes an empty host for one", async () => {
    const settings = { disable_docker_daemon_check: true, host: "tcp://far:1", cert_path: "/nonexistent" };
    await expect(dockerProvider.configure(settings, never)).rejects.toThrow(
      "Error initializing Docker client: failed to create tls config: could not read CA certificate " +
        '"/nonexistent/ca.pem": open /nonexistent/ca.pem: no such file or directory',
    );
    await expect(dockerProvider.configure({ host: "" }, never)).rejects.toThrow("unable to parse docker host");
  });

  test("DOCKER_HOST counts where no host is given", async () => {
    const former = process.env["DOCKER_HOST"];
    process.env["DOCKER_HOST"] = "unix:///elsewhere.sock";
    try {
      const { engine } = await dockerProvider.configure({ disable_docker_daemon_check: true }, never);
      expect(engine.host).toBe("unix:///elsewhere.sock");
    } finally {
      if (former === undefined) delete process.env["DOCKER_HOST"];
      else process.env["DOCKER_HOST"] = former;
    }
  });
});

describe("credentials for registries", () => {
  const auth = Buffer.from("me:pass:word").toString("base64");

  test.each([
    [{ address: "example.org", username: "me", password: "pw" }, "example.org", { username: "me", password: "pw" }],
    [{ address: "http://example.org/v1", username: "me" }, "example.org", { username: "me", password: "" }],
    [{ address: "x.org", auth_disabled: true }, "x.org", { username: "username", password: "password" }],
    [
      { address: "x.org", config_file_content: JSON.stringify({ auths: { "https://x.org/v1/": { auth } } }) },
      "x.org",
      { username: "me", password: "pass:word" },
    ],
  ])("%j", async (block, host, credentials) => {
    expect((await readRegistries([block], {})).get(host)).toMatchObject(credentials);
  });

  test("the environment fills in, and a file that is not there is an error", async () => {
    const environment = { DOCKER_REGISTRY_USER: "env", DOCKER_REGISTRY_PASS: "pw" };
    const found = await readRegistries([{ address: "x.org" }], environment);
    expect(found.get("x.org")).toMatchObject({ username: "env", password: "pw" });
    const missing = readRegistries([{ address: "x.org", config_file: "/nonexistent/config.json" }], {});
    await expect(missing).rejects.toThrow(
      "could not open config file from filePath: /nonexistent/config.json. " +
        "Error: open /nonexistent/config.json: no such file or directory",
    );
  });

  test.each([
    ["nope", "Error parsing docker registry config json: "],
    ['{"auths":{"y.org":{"auth":"!!"}}}', "Error parsing docker registry config json: illegal base64 data"],
    [
      '{"auths":{"y.org":{"auth":"YWJj"}}}',
      "Error parsing docker registry config json: Invalid auth configuration file",
    ],
    ['{"credsStore":"nonexistent"}', "couldn't find registry config for 'x.org' in file content"],
  ])("%s is no configuration", async (content, message) => {
    const found = readRegistries([{ address: "x.org", config_file_content: content }], {});
    await expect(found).rejects.toThrow(message);
  });
});

describe("a name in a request's path", () => {
  test("means itself", () => {
    expect(inPath("127.0.0.1:5000/a/b:1@sha256:0")).toBe("127.0.0.1:5000/a/b:1@sha256:0");
    expect(inPath("a b?c#d")).toBe("a%20b%3Fc%23d");
  });

  test.each(["/images//json", "/images/../json", "/images/./x/json", "/volumes/"])(
    "%s is not sent, since the engine would send us elsewhere",
    async (where) => {
      const engine = await fakeEngine({});
      try {
        const asked = openEngine({ ...unsecured, host: engine.host }).request("GET", where);
        await expect(asked).rejects.toThrow("names nothing that an engine knows");
        expect(engine.requests).toEqual([]);
      } finally {
        await engine.close();
      }
    },
  );
});
