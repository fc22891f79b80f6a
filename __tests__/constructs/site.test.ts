import { execFileSync } from "child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import { serving, SITE_FILE, siteOf, siteOfTasks } from "../../lib/constructs/site";

test("a server's site listens on its port, and answers with its name and token", () => {
  expect(siteOf({ name: "web-1", token: "7f3a0c1d", port: 8081 })).toBe(`server {
  listen 8081;
  server_name _;
  default_type text/plain;
  add_header X-Lab-Server "web-1 7f3a0c1d" always;
  add_header X-Lab-Peer $remote_addr always;
  location / {
    return 200 "web-1 7f3a0c1d\\n";
  }
}
`);
});

test.each([
  [false, "balanced"],
  [true, "$hostname"],
])("that of a service's tasks is one line, for the service or for each task: %s", (tasksDiffer, name) => {
  expect(siteOfTasks({ name: "balanced", token: "7f3a0c1d", tasksDiffer })).toBe(
    `server { listen 80; server_name _; default_type text/plain; add_header X-Lab-Server "${name} 7f3a0c1d" always; add_header X-Lab-Peer $remote_addr always; location / { return 200 "${name} 7f3a0c1d\\n"; } }`,
  );
});

describe("what a server runs", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "site-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (): string => join(folder, "default.conf");
  const server = { name: "web", token: "7f3a0c1d", port: 80 };

  /** With another folder for sites, and something else in nginx's place. */
  const start = (): string => {
    const [program = "", ...args] = serving(server).map((word) =>
      word.replaceAll(SITE_FILE, file()).replace("exec nginx", "exec echo"),
    );
    return execFileSync(program, args, { encoding: "utf8", stdio: "pipe" });
  };

  test("writes its site, and is nginx then", () => {
    writeFileSync(file(), "the image's own");
    expect(start()).toBe("-g daemon off;\n");
    expect(readFileSync(file(), "utf8")).toBe(siteOf(server));
  });

  test("keeps what was changed of it when it is started again", () => {
    start();
    writeFileSync(file(), "changed by hand");
    expect(start()).toBe("-g daemon off;\n");
    expect(readFileSync(file(), "utf8")).toBe("changed by hand");
  });

  test("is not nginx where it cannot write", () => {
    rmSync(folder, { recursive: true });
    try {
      expect(start).toThrow(/directory/i);
    } finally {
      folder = mkdtempSync(join(tmpdir(), "site-"));
    }
  });
});
