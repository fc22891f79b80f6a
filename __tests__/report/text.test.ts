import type { CheckRecord } from "../../lib/checks/record";
import { COLOURED } from "../../lib/report/style";
import { conclusion, failure, report, seconds, summary, table, wholeReport } from "../../lib/report/text";
import { BASE, BROKEN, FAILED, MIXED, SKIPPED } from "./records";

test("the whole report: a line for each check, then what went wrong in full", () => {
  expect(report(MIXED)).toBe(`\
  ✓ bridge/web-1/answers    web-1 answers on port 80 of its own address       HTTP 200 from web-1
  ✗ bridge/web-1/published  web-1 answers on the host's port 8080             curl exit 56: connection reset by peer, http://127.0.0.1:8080/
  - bridge/lan/masquerade   what leaves the network takes the host's address  only root can look there (sudo)
  ! bridge/plain/veth       a veth pair connects plain with its bridge        container lab-bridge-plain is not running (exited)

FAIL  bridge/web-1/published   web-1 answers on the host's port 8080   6 attempts in 10.0 s
  expected  HTTP 200 from web-1 (token 7f3a0c1d)
  because   The engine maps the host's port to the container's port 80.
  actual    curl exit 56: connection reset by peer, http://127.0.0.1:8080/
  meaning   docker-proxy accepted the connection, but nothing listens on the port that it leads to inside lab-bridge-web-1
  cause     in lab-bridge-web-1, nothing listens on port 80 (only on 81)
  see it    curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:8080/
  look at   docker logs lab-bridge-web-1
            netstat -tulpn

ERROR bridge/plain/veth   a veth pair connects plain with its bridge   1 attempt in 0.0 s
  expected  one end of a veth pair inside lab-bridge-plain, the other in the bridge of bridge
  actual    container lab-bridge-plain is not running (exited)
  see it    ip -j link show
            ip -j link show master "docker0"`);
});

test("colour changes no word, and pads no column", () => {
  const coloured = report(MIXED, COLOURED);
  // eslint-disable-next-line no-control-regex -- these are the codes that are taken out again
  expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(report(MIXED));
  expect(table([BASE], COLOURED)).toBe(
    "  \u001b[32m✓\u001b[39m bridge/web-1/answers  web-1 answers on port 80 of its own address  \u001b[2mHTTP 200 from web-1\u001b[22m",
  );
  expect(table([FAILED], COLOURED)).toContain("  \u001b[31m✗\u001b[39m bridge");
  expect(table([SKIPPED], COLOURED)).toContain("  \u001b[2m-\u001b[22m bridge");
  expect(table([BROKEN], COLOURED)).toContain("  \u001b[31m!\u001b[39m bridge");
  expect(failure(FAILED, COLOURED).split("\n")[0]).toBe(
    "\u001b[31mFAIL \u001b[39m \u001b[1mbridge/web-1/published\u001b[22m   web-1 answers on the host's port 8080   \u001b[2m6 attempts in 10.0 s\u001b[22m",
  );
});

test("no checks, no lines", () => {
  expect(report([])).toBe("");
  expect(table([])).toBe("");
});

test.each<[CheckRecord[], string]>([
  [[], "0 passed, 0 failed"],
  [[BASE, BASE], "2 passed, 0 failed"],
  [MIXED, "1 passed, 1 failed, 1 skipped (only root can look there (sudo)), 1 could not be measured"],
  [
    [SKIPPED, SKIPPED, { ...SKIPPED, actual: "the engine filters packets by nftables" }],
    "0 passed, 0 failed, 3 skipped (only root can look there (sudo); the engine filters packets by nftables)",
  ],
])("summary %#", (records, line) => {
  expect(summary(records)).toBe(line);
});

test("the conclusion tells what it is true on", () => {
  expect(conclusion([BASE, SKIPPED])).toBe(
    "1 passed, 0 failed, 1 skipped (only root can look there (sudo)) — engine 20.10.24, iptables-nft, userland-proxy on, kernel without ipvlan",
  );
  expect(conclusion([])).toBe("0 passed, 0 failed");
});

test("quietly, a run in which all passed is one line", () => {
  expect(wholeReport([BASE, SKIPPED], undefined, "quiet")).toBe(conclusion([BASE, SKIPPED]));
});

test.each([
  [0, "0.0 s"],
  [149, "0.1 s"],
  [10_000, "10.0 s"],
])("%d ms is %s", (milliseconds, text) => {
  expect(seconds(milliseconds)).toBe(text);
});
