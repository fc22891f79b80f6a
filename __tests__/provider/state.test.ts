import type { ContainerInspect } from "../../lib/provider/docker/api";
import { readPorts, samePorts } from "../../lib/provider/docker/container/ports";
import { createRequest } from "../../lib/provider/docker/container/request";
import { containerState } from "../../lib/provider/docker/container/state";
import { uploadArchive } from "../../lib/provider/docker/container/upload";
import { resolvePath } from "../../lib/provider/docker/paths";
import { tarArchive } from "../../lib/provider/docker/tar";
import { spawnSync } from "node:child_process";

function inspected(change: Partial<ContainerInspect> = {}): ContainerInspect {
  return {
    Id: "abc",
    Name: "/c",
    Image: "sha256:1",
    State: { Running: true, ExitCode: 0 },
    Config: { Image: "nginx:1" },
    HostConfig: {},
    ...change,
  };
}

describe("the state of a container", () => {
  test("networks come by name, whatever the engine's order", () => {
    const Networks = { z: { IPAddress: "10.0.0.2" }, a: { IPAddress: "10.1.0.2" } };
    const { network_data: data } = containerState({}, inspected({ NetworkSettings: { Networks } }));
    expect(data).toEqual([
      expect.objectContaining({ network_name: "a", ip_address: "10.1.0.2" }),
      expect.objectContaining({ network_name: "z", ip_address: "10.0.0.2" }),
    ]);
  });

  test("an image given by its id is compared by its id", () => {
    expect(containerState({ image: "sha256:0" }, inspected())).toMatchObject({ image: "sha256:1" });
    expect(containerState({ image: "nginx:0" }, inspected())).toMatchObject({ image: "nginx:1" });
  });

  test("an exit code is only that of an end", () => {
    expect(containerState({}, inspected())).not.toHaveProperty("exit_code");
    const ended = inspected({ State: { Running: false, ExitCode: 137 } });
    expect(containerState({}, ended)).toMatchObject({ exit_code: 137 });
  });

  test("capabilities keep their spelling as long as they mean the same", () => {
    const HostConfig = { CapAdd: ["CAP_NET_ADMIN"], CapDrop: [] };
    const short = [{ add: ["NET_ADMIN"], drop: [] }];
    expect(containerState({ capabilities: short }, inspected({ HostConfig }))).toMatchObject({ capabilities: short });
    const none = [{ add: [], drop: [] }];
    expect(containerState({ capabilities: none }, inspected())).toMatchObject({ capabilities: none });
    const other = [{ add: ["SYS_ADMIN"], drop: [] }];
    expect(containerState({ capabilities: other }, inspected({ HostConfig }))).toMatchObject({
      capabilities: [{ add: ["CAP_NET_ADMIN"], drop: [] }],
    });
    expect(createRequest({ capabilities: short })).toMatchObject({ HostConfig: { CapAdd: ["CAP_NET_ADMIN"] } });
  });

  test("sizes are in mebibytes, and no limit has no unit", () => {
    const HostConfig = { Memory: 64 << 20, MemorySwap: -1, ShmSize: 64 << 20 };
    expect(containerState({}, inspected({ HostConfig }))).toMatchObject({ memory: 64, memory_swap: -1, shm_size: 64 });
  });
});

describe("ports", () => {
  test("are read in the order of the container's ports", () => {
    const ports = { "443/tcp": [{ HostIp: "0.0.0.0", HostPort: "1" }], "53/udp": [{ HostPort: "2" }], "80/tcp": null };
    expect(readPorts(ports)).toEqual([
      { internal: 53, external: 2, ip: "", protocol: "udp" },
      { internal: 443, external: 1, ip: "0.0.0.0", protocol: "tcp" },
    ]);
  });

  test("of two protocols are told apart", () => {
    const tcp = { internal: 53, external: 1, ip: "0.0.0.0", protocol: "tcp" };
    const udp = { ...tcp, protocol: "udp" };
    expect(samePorts([tcp, udp], [udp, tcp])).toBe(true);
    expect(samePorts([tcp, udp], [tcp, { ...udp, external: 2 }])).toBe(false);
  });
});

describe("the request for a container", () => {
  test("leaves to the engine what is not configured", () => {
    expect(createRequest({ name: "c", image: "i", restart: "no", network_mode: "bridge" })).toEqual({
      Image: "i",
      HostConfig: { Init: false, NetworkMode: "bridge", RestartPolicy: { Name: "no", MaximumRetryCount: 0 } },
    });
  });

  test("a device has the permissions that were asked for", () => {
    const devices = [{ host_path: "/dev/null", permissions: "r" }];
    expect(createRequest({ name: "c", image: "i", devices })).toMatchObject({
      HostConfig: { Devices: [{ PathOnHost: "/dev/null", PathInContainer: "/dev/null", CgroupPermissions: "r" }] },
    });
  });

  test.each([
    [{ command: ["a", ""] }, "values for command may not be empty"],
    [{ volumes: [{ read_only: true }] }, "volume entry without container path or source container"],
    [{ volumes: [{ from_container: "x", container_path: "/y" }] }, "both a container and a path"],
    [{ cpus: "many" }, "cpus: 'many' is not a number of processors"],
    [{ cgroupns_mode: "shared" }, "cgroupns_mode: invalid CGROUP mode, must be either 'private', 'host' or empty"],
  ])("refuses %j", (desired, message) => {
    expect(() => createRequest({ name: "c", image: "i", ...desired })).toThrow(message);
  });
});

describe("a relative path", () => {
  const operation = { meta: undefined as never, signal: new AbortController().signal };

  test("starts from where Terraform runs, and is refused where that is not known", () => {
    expect(resolvePath("a/b", "upload.source", { ...operation, folder: "/stack" })).toBe("/stack/a/b");
    expect(resolvePath("/a/b", "upload.source", operation)).toBe("/a/b");
    expect(() => resolvePath("a/b", "upload.source", operation)).toThrow(
      "upload.source: 'a/b' is relative, and a hosted provider does not know the folder it starts from",
    );
  });
});

describe("an archive of uploads", () => {
  test.each([
    ["/nowhere/at/all", "could not read file: open /nowhere/at/all: no such file or directory"],
    ["/", "could not read file: read /: is a directory"],
  ])("says why %s cannot be read", async (source, message) => {
    const operation = { meta: undefined as never, signal: new AbortController().signal };
    await expect(uploadArchive([{ file: "/f", source }], operation)).rejects.toThrow(message);
  });

  test("is one that tar reads, also with long names", () => {
    const long = `/etc/${"deep/".repeat(30)}file`;
    const entries = [
      { name: "/etc/a", mode: 0o600, content: Buffer.from("hello\n") },
      { name: long, mode: 0o744, content: Buffer.alloc(1000, "x") },
      { name: "/empty", mode: 0o644, content: Buffer.alloc(0) },
    ];
    const { stdout, status } = spawnSync("tar", ["-tvf", "-"], { input: tarArchive(entries), encoding: "utf8" });
    expect(status).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/));
    expect(lines.map((words) => [words[0], words[2], words.at(-1)])).toEqual([
      ["-rw-------", "6", "etc/a"],
      ["-rwxr--r--", "1000", long.slice(1)],
      ["-rw-r--r--", "0", "empty"],
    ]);
  });
});
