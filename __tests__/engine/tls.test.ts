import { homedir } from "os";
import { certificateFolder, isTls, resolvePaths, tlsTo, withoutTls } from "../../lib/engine/tls";
import { isRemote } from "../../lib/engine/remote";

const FAR = "tcp://192.0.2.5:2376";

test("engines with an address of their own are remote", () => {
  expect(isTls(FAR)).toBe(true);
  expect(["ssh://root@a", FAR, "lab-overlay-host-a"].map(isRemote)).toEqual([true, true, false]);
});

test.each([
  [{ DOCKER_CERT_PATH: "/certs", DOCKER_CONFIG: "/config" }, "/certs"],
  [{ DOCKER_CERT_PATH: "", DOCKER_CONFIG: "/config" }, "/config"],
  [{}, `${homedir()}/.docker`],
])("with %j, certificates are where Docker's own command has them: %s", (environment, folder) => {
  expect(certificateFolder(environment)).toBe(folder);
});

test("relative paths are seen from the folder in which they were given, also by programs that run elsewhere", () => {
  const environment: NodeJS.ProcessEnv = { DOCKER_CERT_PATH: "certificates", DOCKER_CONFIG: "/config", HOME: "home" };
  resolvePaths(environment, "/project");
  expect(environment).toEqual({ DOCKER_CERT_PATH: "/project/certificates", DOCKER_CONFIG: "/config", HOME: "home" });
  const none: NodeJS.ProcessEnv = { DOCKER_CERT_PATH: "" };
  resolvePaths(none, "/project");
  expect(none).toEqual({ DOCKER_CERT_PATH: "" });
});

test("docker asks the engine itself, and is always verified", () => {
  const argv = [...tlsTo(FAR, "docker"), "exec", "web", "curl"];
  expect(argv).toEqual(["docker", "--host", FAR, "--tlsverify", "exec", "web", "curl"]);
  expect(withoutTls(argv)).toEqual({ argv: ["docker", "exec", "web", "curl"], toolbox: false });
});

test("everything else is run on its host by a container that is gone with it, and is never pulled", () => {
  const argv = [...tlsTo(FAR, "ip"), "-j", "link", "show"];
  expect(argv.slice(0, 8)).toEqual(["docker", "--host", FAR, "--tlsverify", "run", "--rm", "--pull", "never"]);
  expect(argv.slice(-6)).toEqual(["--entrypoint", "ip", "docker-network-labs/toolbox:local", "-j", "link", "show"]);
  expect(argv).not.toContain("--privileged");
  expect(withoutTls(argv)).toEqual({ argv: ["ip", "-j", "link", "show"], toolbox: true });
});

test.each([
  ["docker", "run", "web"],
  ["docker", "--host", "unix:///x", "ps"],
  ["ip", "link"],
])("what goes nowhere stays as it is: %s %s", (...argv) => {
  expect(withoutTls(argv)).toEqual({ argv, toolbox: false });
});
