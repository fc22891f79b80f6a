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
  seeIt: ["curl -4 -sSiv --noproxy '*' --max-time 3 http://10.77.0.2:80/"],
  lookAt: [],
  attempts: 1,
  durationMs: 14,
  evidence: [],
};
export const FAILED: CheckRecord = {
  ...BASE,
  id: "bridge/web-1/published",
  what: "web-1 answers on the host's port 8080",
  verdict: "fail",
  actual: "curl exit 56: connection reset by peer, http://127.0.0.1:8080/",
  meaning:
    "docker-proxy accepted the connection, but nothing listens on the port that it leads to inside lab-bridge-web-1",
  seeIt: ["curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:8080/"],
  lookAt: ["docker logs lab-bridge-web-1", "netstat -tulpn"],
  attempts: 6,
  durationMs: 9960,
};
export const SKIPPED: CheckRecord = {
  ...BASE,
  id: "bridge/lan/masquerade",
  what: "what leaves the network takes the host's address",
  verdict: "skip",
  actual: "only root can look there (sudo)",
  attempts: 0,
  durationMs: 0,
};
export const BROKEN: CheckRecord = {
  ...BASE,
  id: "bridge/plain/veth",
  what: "a veth pair connects plain with its bridge",
  verdict: "error",
  expected: "one end of a veth pair inside lab-bridge-plain, the other in the bridge of bridge",
  actual: "container lab-bridge-plain is not running (exited)",
  seeIt: ["ip -j link show", 'ip -j link show master "docker0"'],
};
export const MIXED = [BASE, FAILED, SKIPPED, BROKEN];
