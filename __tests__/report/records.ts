import type { CheckRecord } from "../../lib/checks/record";

/** One record of each verdict, as real runs write them. */
export const BASE: CheckRecord = {
  schema: "check-record/1",
  id: "bridge/web-1/answers",
  lab: "bridge",
  what: "web-1 answers on port 80 of its own address",
  claims: ["B8"],
  verdict: "pass",
  expected: "HTTP 200 from web-1 (token 7f3a0c1d)",
  actual: "HTTP 200 from web-1",
  vantage: { kind: "host" },
  seeIt: ["curl -4 -sSiv --noproxy '*' --max-time 3 http://10.77.0.2:80/"],
  lookAt: [],
  startedAt: "2026-11-21T13:00:00.005Z",
  startMs: 5,
  durationMs: 14,
  attempts: 1,
  looks: [{ startMs: 5, durationMs: 14, verdict: "pass", actual: "HTTP 200 from web-1" }],
  evidence: [
    {
      command: ["curl", "-4", "-sSiv", "--noproxy", "*", "--max-time", "3", "http://10.77.0.2:80/"],
      exit: 0,
      stdout: "HTTP/1.1 200 OK\r\n\r\nweb-1 7f3a0c1d\n",
      stderr: "",
      durationMs: 13,
    },
  ],
  engine: {
    version: "20.10.24",
    kernel: "6.18.5",
    summary: "engine 20.10.24, iptables-nft, userland-proxy on, kernel without ipvlan",
  },
};
export const FAILED: CheckRecord = {
  ...BASE,
  id: "bridge/web-1/published",
  what: "web-1 answers on the host's port 8080",
  why: "The engine maps the host's port to the container's port 80.",
  verdict: "fail",
  actual: "curl exit 56: connection reset by peer, http://127.0.0.1:8080/",
  meaning:
    "docker-proxy accepted the connection, but nothing listens on the port that it leads to inside lab-bridge-web-1",
  cause: "in lab-bridge-web-1, nothing listens on port 80 (only on 81)",
  seeIt: ["curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:8080/"],
  lookAt: ["docker logs lab-bridge-web-1", "netstat -tulpn"],
  durationMs: 9960,
  attempts: 6,
  looks: [0, 110, 270, 505, 850, 9945].map((startMs, n) => ({
    startMs: startMs + 5,
    durationMs: 10,
    verdict: "fail",
    actual:
      n === 0
        ? "curl exit 7: connection refused, http://127.0.0.1:8080/"
        : "curl exit 56: connection reset by peer, http://127.0.0.1:8080/",
  })),
  evidence: [
    {
      command: ["curl", "-4", "-sSiv", "--noproxy", "*", "--max-time", "3", "http://127.0.0.1:8080/"],
      exit: 56,
      stdout: "",
      stderr: "curl: (56) Recv failure: Connection reset by peer\n",
      durationMs: 9,
    },
  ],
};
export const SKIPPED: CheckRecord = {
  ...BASE,
  id: "bridge/lan/masquerade",
  what: "what leaves the network takes the host's address",
  verdict: "skip",
  actual: "only root can look there (sudo)",
  durationMs: 0,
  attempts: 0,
  looks: [],
  evidence: [],
};
export const BROKEN: CheckRecord = {
  ...BASE,
  id: "bridge/plain/veth",
  what: "a veth pair connects plain with its bridge",
  verdict: "error",
  expected: "one end of a veth pair inside lab-bridge-plain, the other in the bridge of bridge",
  actual: "container lab-bridge-plain is not running (exited)",
  vantage: { kind: "namespace", container: "lab-bridge-plain" },
  seeIt: ["ip -j link show", 'ip -j link show master "docker0"'],
  looks: [
    { startMs: 5, durationMs: 14, verdict: "error", actual: "container lab-bridge-plain is not running (exited)" },
  ],
  evidence: [],
};
export const MIXED = [BASE, FAILED, SKIPPED, BROKEN];

/** A whole run over two labs. */
export const RUN: CheckRecord[] = [
  ...MIXED,
  { ...BASE, id: "host/web/answers", lab: "host", what: "web answers on the host's loopback address", startMs: 9971 },
];
