import { outcomesOf, requestAll } from "../../../lib/checks/matrix/requests";

const URLS = [
  "http://127.0.0.1:8080/",
  "http://10.80.0.2:80/",
  "http://10.80.0.3:80/",
  "http://192.0.2.9:80/",
  "http://web:80/",
  "http://nobody:80/",
  "http://127.0.0.1:8081/",
  "http://10.80.0.9:80/",
];

const line = (...fields: (string | number)[]): string => ["cell", ...fields].join("\t");

/** What curl 7.88 printed, in the order in which the transfers ended. */
const STDOUT = [
  line(2, 7, "000", "0.000000", "", "Failed to connect to 10.80.0.3 port 80 after 0 ms: Couldn't connect to server"),
  line(0, 0, 200, "0.000413", "web 7f3a0c1d", ""),
  line(3, 7, "000", "0.000000", "", "Failed to connect to 192.0.2.9 port 80 after 0 ms: Couldn't connect to server"),
  line(4, 7, "000", "0.000000", "", "Failed to connect to web port 80 after 1 ms: Couldn't connect to server"),
  line(5, 6, "000", "0.000000", "", "Could not resolve host: nobody"),
  line(6, 56, "000", "0.000200", "", "Recv failure: Connection reset by peer"),
  line(1, 28, "000", "0.000000", "", "Failed to connect to 10.80.0.2 port 80 after 4001 ms: Timeout was reached"),
  line(7, 0, 200, "0.000413", "impostor 00000000", ""),
].join("\n");

const STDERR = `*   Trying 127.0.0.1:8080...
* connect to 10.80.0.3 port 80 failed: Connection refused
* Immediate connect fail for 192.0.2.9: Network is unreachable
* connect to 10.80.0.4 port 80 failed: No route to host
`;

const outcomes = (stdout: string, stderr = STDERR) =>
  outcomesOf(URLS, { exit: 0, stdout, stderr }, new Map([["web 7f3a0c1d", "web"]]), (url) =>
    url === "http://web:80/" ? ["web", "10.80.0.4"] : [new URL(url).hostname],
  );

test("each request's outcome is told by its own line, whatever the order", () => {
  expect(outcomes(STDOUT)).toEqual([
    { kind: "answers", by: ["web"] },
    { kind: "dropped" },
    { kind: "refused" },
    { kind: "unreachable" },
    { kind: "unreachable" },
    { kind: "no-name" },
    { kind: "reset" },
    { kind: "other", said: 'HTTP 200 from "impostor 00000000"' },
  ]);
});

test("what came of no request is nothing that could be expected", () => {
  expect(outcomes("", "docker: Error response from daemon: No such container: web\n")[0]).toEqual({
    kind: "other",
    said: "docker: Error response from daemon: No such container: web",
  });
});

test.each([
  [[28, "000", "0.000000", "", "Resolving timed out after 4000 milliseconds"], { kind: "no-name" }],
  [
    [28, "000", "0.000312", "", "Operation timed out after 4001 milliseconds with 0 bytes received"],
    { kind: "other", said: "curl exit 28: Operation timed out after 4001 milliseconds with 0 bytes received" },
  ],
  [[52, "000", "0.000312", "", "Empty reply from server"], { kind: "reset" }],
  [[7, "000", "0.000000", "", "no reason given"], { kind: "other", said: "curl exit 7: no reason given" }],
  [[0, 404, "0.000312", "web 7f3a0c1d", ""], { kind: "other", said: 'HTTP 404 from "web 7f3a0c1d"' }],
  [[3, "000", "0.000000", "", "URL using bad format"], { kind: "other", said: "curl exit 3: URL using bad format" }],
])("%j is %j", (fields, outcome) => {
  expect(outcomes(line(0, ...fields))[0]).toEqual(outcome);
});

test("one curl asks for all, each with an output of its own", () => {
  const argv = requestAll(["http://a:80/", "http://b:80/"]);
  expect(argv.slice(-6)).toEqual(["--output", "/dev/null", "http://a:80/", "--output", "/dev/null", "http://b:80/"]);
  expect(argv).toEqual(expect.arrayContaining(["--parallel", "--noproxy", "*", "--max-time", "4"]));
});
