import { mkdtempSync, rmSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import type Docker from "dockerode";
import { HandedOver } from "../../lib/cli/on";
import { createProgram } from "../../lib/cli/program";
import type { Session } from "../../lib/cli/session";
import { Timeline } from "../../lib/report/timeline";
import { Project } from "../../lib/terraform/project";

const folder = mkdtempSync(join(tmpdir(), "lab-on-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function world(more: Partial<Session> = {}): { session: Session; said: string[] } {
  const said: string[] = [];
  const session: Session = {
    project: new Project(folder),
    environment: {},
    style: { good: String, bad: String, skipped: String, strong: String, dim: String } as unknown as Session["style"],
    print: (text) => said.push(text),
    say: (text) => said.push(text),
    clear: "",
    docker: () => ({ ping: () => Promise.resolve() }) as unknown as Docker,
    timeline: new Timeline(() => 0, 0),
    proved: { unobstructed: new Set(), gone: new Set() },
    ...more,
  };
  return { session, said };
}

const as = (user: number): jest.SpyInstance => jest.spyOn(process, "getuid").mockReturnValue(user);
afterEach(() => jest.restoreAllMocks());

async function typed(session: Session, ...args: string[]): Promise<unknown> {
  const program = createProgram(session);
  for (const command of program.commands) command.configureOutput({ writeErr: () => undefined });
  return program.parseAsync(args, { from: "user" }).then(
    () => "done here",
    (problem: unknown) => problem,
  );
}

test("commands about labs may be meant for a throw-away host, and others not", () => {
  const taking = createProgram(world().session)
    .commands.filter(({ options }) => options.some(({ long }) => long === "--on"))
    .map((command) => command.name());
  expect(taking).toEqual(["up", "down", "check", "step", "reset", "status", "commands", "matrix"]);
});

test("an unknown host is refused", async () => {
  expect(String(await typed(world().session, "up", "host", "--on", "mars"))).toMatch(
    /mars.*Allowed choices are nested/,
  );
});

test("only root can enter one", async () => {
  as(1000);
  expect(await typed(world().session, "up", "host", "--on", "nested")).toMatchObject({
    message: expect.stringContaining("which only root may") as string,
  });
});

test("where none is up there is nothing on it", async () => {
  as(0);
  const { session, said } = world();
  for (const verb of [["status"], ["down", "--all"]]) {
    const ended = await typed(session, ...verb, "--on", "nested");
    expect(ended).toBeInstanceOf(HandedOver);
    expect(ended).toMatchObject({ exit: 0 });
  }
  expect(said).toEqual(["no throw-away host is up", "no throw-away host is up"]);
  expect(String(await typed(session, "check", "--on", "nested"))).toContain("first: npx lab up host --on nested");
});

test("who has entered it does the work there", async () => {
  as(0);
  const place = { option: "--on nested", shell: "docker exec -it lab-nested-host bash" };
  const { session, said } = world({ place });
  expect(await typed(session, "commands", "none", "--on", "nested")).toBe("done here");
  expect(said.join()).toContain("docker inspect -f");
  expect(String(await typed(session, "up", "overlay", "--on", "nested"))).toContain(
    "--on nested: lab overlay brings hosts of its own, and needs no other: npx lab up overlay",
  );
});
