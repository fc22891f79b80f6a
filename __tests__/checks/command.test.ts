import { execFileSync } from "child_process";
import fc from "fast-check";
import {
  type Command,
  containerPid,
  eachHostAddress,
  enginePid,
  ofThisRun,
  onEngine,
  type Reference,
  remotePid,
  resolved,
  taskAddresses,
  tasksOn,
  toShell,
} from "../../lib/checks/command";

/** The arguments that a shell makes of a line. */
function shellArguments(line: string): string[] {
  const output = execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  return output.split("\0").slice(0, -1);
}

describe("toShell", () => {
  test.each([
    [["curl", "-4", "http://127.0.0.1:80/"], "curl -4 http://127.0.0.1:80/"],
    [["echo", ""], "echo ''"],
    [["echo", "a b", "*", "!"], "echo 'a b' '*' '!'"],
    [["echo", "it's"], "echo 'it'\\''s'"],
    [["echo", "$(id)", "`id`", "$HOME", "a\nb"], "echo '$(id)' '`id`' '$HOME' 'a\nb'"],
    [["docker", "inspect", "-f", "{{.State.Pid}}"], "docker inspect -f '{{.State.Pid}}'"],
  ])("%j", (command, line) => {
    expect(toShell(command)).toBe(line);
  });

  test.each<[string, Command, string]>([
    [
      "a container's process",
      ["readlink", ["/proc/", containerPid("lab-host-web"), "/ns/net"]],
      `readlink "/proc/$(docker inspect -f '{{.State.Pid}}' lab-host-web)/ns/net"`,
    ],
    [
      "a remote machine's process",
      [
        "nsenter",
        "-t",
        [remotePid({ container: "lab-b-remote", wire: "wire-0123abcd", lab: "b" })],
        "-n",
        "ip",
        "route",
      ],
      `nsenter -t "$(docker inspect -f '{{.State.Pid}}' lab-b-remote)" -n ip route`,
    ],
    [
      "the engine's process",
      ["readlink", ["/proc/", enginePid, "/ns/net"]],
      'readlink "/proc/$(cat /run/docker.pid)/ns/net"',
    ],
    [
      "an address",
      ["curl", ["http://", { ref: "container-address", container: "lab-b-web", network: "lab-b-lan" }, ":80/"]],
      `curl "http://$(docker inspect -f '{{(index .NetworkSettings.Networks "lab-b-lan").IPAddress}}' lab-b-web):80/"`,
    ],
    [
      "a network's bridge",
      ["ip", "link", "show", [{ ref: "bridge", network: "lab-b-lan" }]],
      `ip link show "br-$(docker network inspect -f '{{.Id}}' lab-b-lan | cut -c1-12)"`,
    ],
    [
      "an image's id",
      ["docker", "run", [{ ref: "image-id", image: "nginx:local", engine: "lab-b-host-a" }]],
      `docker run "$(docker exec lab-b-host-a docker image inspect -f '{{.Id}}' nginx:local)"`,
    ],
    ["the default bridge", ["ip", "link", "show", [{ ref: "bridge", network: "bridge" }]], 'ip link show "docker0"'],
    ["the run's own word", ["docker", "rm", ofThisRun("lab-host-passing")], 'docker rm "lab-host-passing-$$"'],
    [
      "text beside it stays text",
      ["echo", ['a"b$c`d\\e', enginePid]],
      'echo "a\\"b\\$c\\`d\\\\e$(cat /run/docker.pid)"',
    ],
  ])("%s becomes the command that finds it", (_name, command, line) => {
    expect(toShell(command)).toBe(line);
  });

  test("every address of the host becomes a loop over the IPv4 ones, the loopback one among them", () => {
    const line = toShell(["echo", ["http://", eachHostAddress, ":80/"]]);
    expect(line).toBe(
      `for address in $(ip -4 -o addr show | awk '{ sub("/.*", "", $4); print $4 }'); do echo "http://$address:80/"; done`,
    );
    const urls = execFileSync("sh", ["-c", line], { encoding: "utf8" }).trim().split("\n");
    expect(urls).toContain("http://127.0.0.1:80/");
    for (const url of urls) expect(url).toMatch(/^http:\/\/(?:\d+\.){3}\d+:80\/$/);
  });

  test("a shell gives the same arguments back", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[ '"\\$`(){}*?~!#&|;<>\n\t=-]{0,12}$/),
      fc.constantFrom("", "-n", "--", "'", "''", "$(touch /tmp/x)", "a'b\"c"),
    );
    // An argument can hold anything but NUL.
    const argument = text.map((one) => one.replaceAll("\0", ""));
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 8 }), (args) => {
        expect(shellArguments(toShell(args))).toEqual(args);
      }),
      { numRuns: 60 },
    );
  });

  test("text beside a reference comes back too", () => {
    const part = fc.string({ unit: "binary" }).map((one) => one.replaceAll("\0", ""));
    fc.assert(
      fc.property(part, part, (before, after) => {
        const line = toShell([[before, enginePid, after]]).replace("$(cat /run/docker.pid)", "812");
        expect(shellArguments(line)).toEqual([`${before}812${after}`]);
      }),
      { numRuns: 60 },
    );
  });
});

/** Recorded: what an engine says of an overlay network (Engine 20.10.24). */
const ON_NETWORK = `balanced.jzs5saqgfm17qo5v1hj3n4fat.r7irjbocasx5f4rw3xy6mxrzs 10.79.1.9/24
lab-x-web-1 10.79.1.201/24
lab-x-blue-endpoint 10.79.1.2/24
`;

test("a service's tasks on an engine are told by their names; a person finds the same address by sed", () => {
  expect(taskAddresses(ON_NETWORK, "balanced")).toEqual(["10.79.1.9"]);
  expect(taskAddresses(ON_NETWORK, "balance")).toEqual([]);
  const line = toShell(["echo", [{ ref: "task-address", service: "balanced", network: "lab-x-blue", engine: "a" }]]);
  const told = line.replace(toShell(["docker", "exec", "a", ...tasksOn("lab-x-blue")]), `printf '${ON_NETWORK}'`);
  expect(told).not.toBe(line);
  expect(execFileSync("sh", ["-c", told], { encoding: "utf8" })).toBe("10.79.1.9\n");
});

describe("resolved", () => {
  const values: Readonly<Record<Reference["ref"], readonly string[]>> = {
    "container-pid": ["2042"],
    "short-id": ["0123456789ab"],
    "container-start": ["2026-11-21T13:00:00.5Z"],
    "remote-pid": ["2043"],
    "engine-pid": ["812"],
    "container-address": ["10.77.0.2"],
    "overlay-namespace": ["/run/docker/netns/1-0123456789"],
    "image-id": ["sha256:0123"],
    "task-address": ["10.90.0.9"],
    bridge: ["br-0123456789ab"],
    "this-run": ["5e1fda7e"],
    "this-look": ["0c0ffee0"],
    "each-host-address": ["127.0.0.1", "192.0.2.2"],
  };
  const resolve = async ({ ref }: Reference): Promise<readonly string[]> => values[ref];

  test("plain text is what it is, whatever it looks like", async () => {
    expect(await resolved(["echo", "$(id)", "a b"], resolve)).toEqual([["echo", "$(id)", "a b"]]);
  });

  test("references take their values in the midst of text", async () => {
    expect(await resolved(["readlink", ["/proc/", containerPid("web"), "/ns/net"]], resolve)).toEqual([
      ["readlink", "/proc/2042/ns/net"],
    ]);
  });

  test("each address makes a command of its own", async () => {
    const url = ["http://", eachHostAddress, ":80/"];
    expect(await resolved(["nsenter", "-t", [enginePid], "curl", url], resolve)).toEqual([
      ["nsenter", "-t", "812", "curl", "http://127.0.0.1:80/"],
      ["nsenter", "-t", "812", "curl", "http://192.0.2.2:80/"],
    ]);
    expect(await resolved(["x", [eachHostAddress], [eachHostAddress]], resolve)).toHaveLength(4);
  });

  test("what this run makes has a name that is its own", async () => {
    expect(await resolved(["docker", "rm", ofThisRun("lab-x-made")], resolve)).toEqual([
      ["docker", "rm", "lab-x-made-5e1fda7e"],
    ]);
  });

  test("of no address there is no command", async () => {
    expect(await resolved(["curl", [eachHostAddress]], async () => [])).toEqual([]);
  });

  test("what cannot be found out is not hidden", async () => {
    const failing = async (): Promise<never> => Promise.reject(new Error("gone"));
    await expect(resolved(["readlink", [enginePid]], failing)).rejects.toThrow("gone");
  });
});

describe("on an engine that is reached by TLS", () => {
  const far = "tcp://192.0.2.5:2376";

  test("docker asks it, and other programs run beside it", () => {
    expect(onEngine(far, ["docker", "ps"])).toEqual(["docker", "--host", far, "--tlsverify", "ps"]);
    const line = toShell(onEngine(far, ["nsenter", "-t", [containerPid("web", far)], "-n", "ip", "addr"]));
    expect(line).toMatch(
      /^docker --host \S+ --tlsverify run --rm .*--pid host .*--entrypoint nsenter \S+toolbox:local -t /,
    );
    expect(line).toContain(`"$(docker --host ${far} --tlsverify inspect -f `);
  });
});

describe("on an engine that is reached by ssh", () => {
  const far = "ssh://root@192.0.2.5";

  test("the far shell gets each word as it is", async () => {
    const [argv = []] = await resolved(onEngine(far, ["curl", "it's", "*", ["http://", enginePid, ":80/ x"]]), () =>
      Promise.resolve(["42"]),
    );
    expect(argv[0]).toBe("ssh");
    const line = argv.slice(argv.indexOf("root@192.0.2.5") + 1).join(" ");
    expect(shellArguments(line)).toEqual(["curl", "it's", "*", "http://42:80/ x"]);
  });

  test("what is known only there is asked for there", () => {
    const line = toShell(onEngine(far, ["nsenter", "-t", [containerPid("web", far)], "-n", "ip", "addr"]));
    expect(line).toMatch(/^ssh .*root@192\.0\.2\.5 nsenter -t "\$\(ssh .*root@192\.0\.2\.5 docker inspect -f /);
  });
});
