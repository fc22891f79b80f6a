import { mkdtempSync, rmSync } from "fs";
import { connect, createServer, type Socket } from "net";
import { tmpdir } from "os";
import { join } from "path";
import { docker, TestProject } from "./project";
import { settled, snapshot } from "./surroundings";

/** A way to the engine that is lost the moment a certain container was created: its maker never gets to know it. */
async function lossyWay(container: string): Promise<{ host: string; lost: () => number; close: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "lab-test-way-"));
  const socket = join(folder, "docker.sock");
  const open = new Set<Socket>();
  let lost = 0;
  const server = createServer((near) => {
    const far = connect("/var/run/docker.sock");
    let creates = false;
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    near.on("data", (chunk) => {
      creates ||= chunk.includes("POST /containers/create") && chunk.includes(container);
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      if (!creates) return void near.write(chunk);
      lost += 1;
      end();
    });
    for (const side of [near, far]) {
      open.add(side);
      side.on("error", end).on("close", end);
    }
  });
  await new Promise<void>((settle) => server.listen(socket, settle));
  const close = (): void => {
    server.close();
    for (const side of open) side.destroy();
    rmSync(folder, { recursive: true, force: true });
  };
  return { host: `unix://${socket}`, lost: () => lost, close };
}

test("a container whose creation was never answered is found, named as the lab's own, and removed", async () => {
  const project = new TestProject({ LAB_PROVIDERS: "embedded" });
  const container = "labtest-host-web";
  const way = await lossyWay(container);
  try {
    const before = await snapshot();
    const cut = await project.lab(["up", "host"], { DOCKER_HOST: way.host });
    expect(way.lost()).toBe(1);
    expect(cut).toMatchObject({ exit: 3, stderr: expect.stringContaining("Unable to create container") as string });
    // It is there, and in no state.
    expect(await docker("ps", "--all", "--filter", `name=${container}`, "--format", "{{.Names}}")).toBe(container);
    const again = await project.lab(["up", "host"]);
    expect(again).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining(
        `container "${container}" is there already. It is this lab's, but its state does not know it: npx lab down host removes it`,
      ) as string,
    });
    const down = await project.lab(["down", "host"]);
    expect(down).toMatchObject({ exit: 0, stdout: expect.stringContaining("host is gone") as string });
    expect(await settled(before)).toEqual(before);
    expect((await project.lab(["up", "host"])).exit).toBe(0);
    expect((await project.lab(["down", "host"])).exit).toBe(0);
    expect(await settled(before)).toEqual(before);
  } finally {
    way.close();
    await project.remove();
  }
});
