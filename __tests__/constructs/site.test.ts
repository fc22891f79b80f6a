import { siteOf, siteOfTasks } from "../../lib/constructs/site";

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
