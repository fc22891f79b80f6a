import fc from "fast-check";
import { FORMATS } from "../../lib/report/formats";
import { BASE, FAILED, MIXED } from "./records";

test("JUnit: a suite for each lab, a test case for each check, with what went wrong", () => {
  expect(FORMATS.junit([...MIXED, { ...BASE, id: "host/web/answers", lab: "host" }])).toMatchInlineSnapshot(`
   "<?xml version="1.0" encoding="UTF-8"?>
   <testsuites tests="5" failures="1" errors="1" skipped="1" time="10.002">
     <testsuite name="bridge" tests="4" failures="1" errors="1" skipped="1" time="9.988">
       <testcase classname="bridge" name="bridge/web-1/answers" time="0.014"/>
       <testcase classname="bridge" name="bridge/web-1/published" time="9.960">
         <failure message="expected HTTP 200 from web-1 (token 7f3a0c1d), got curl exit 56: connection reset by peer, http://127.0.0.1:8080/">FAIL  bridge/web-1/published   web-1 answers on the host's port 8080   6 attempts in 10.0 s
     expected  HTTP 200 from web-1 (token 7f3a0c1d)
     actual    curl exit 56: connection reset by peer, http://127.0.0.1:8080/
     meaning   docker-proxy accepted the connection, but nothing listens on the port that it leads to inside lab-bridge-web-1
     see it    curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:8080/
     look at   docker logs lab-bridge-web-1
               netstat -tulpn</failure>
       </testcase>
       <testcase classname="bridge" name="bridge/lan/masquerade" time="0.000">
         <skipped message="only root can look there (sudo)"/>
       </testcase>
       <testcase classname="bridge" name="bridge/plain/veth" time="0.014">
         <error message="expected one end of a veth pair inside lab-bridge-plain, the other in the bridge of bridge, got container lab-bridge-plain is not running (exited)">ERROR bridge/plain/veth   a veth pair connects plain with its bridge   1 attempt in 0.0 s
     expected  one end of a veth pair inside lab-bridge-plain, the other in the bridge of bridge
     actual    container lab-bridge-plain is not running (exited)
     see it    ip -j link show
               ip -j link show master &quot;docker0&quot;</error>
       </testcase>
     </testsuite>
     <testsuite name="host" tests="1" failures="0" errors="0" skipped="0" time="0.014">
       <testcase classname="host" name="host/web/answers" time="0.014"/>
     </testsuite>
   </testsuites>
   "
  `);
});

test("JUnit holds whatever a server says, in well-formed XML", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (said) => {
      const xml = FORMATS.junit([{ ...FAILED, actual: said }]);
      expect(xml).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u);
      // Between the tags nothing is left that would begin a tag or an entity of its own.
      const texts = xml.replace(/<\/?[a-z]+(?: [a-z]+="[^"<]*")*\/?>|<\?xml [^>]*\?>/g, "");
      expect(texts).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot);)/);
    }),
  );
});

test("TAP 14: a plan, a line for each check, and a diagnosis of what did not pass", () => {
  expect(FORMATS.tap(MIXED)).toMatchInlineSnapshot(`
   "TAP version 14
   1..4
   ok 1 - bridge/web-1/answers web-1 answers on port 80 of its own address
   not ok 2 - bridge/web-1/published web-1 answers on the host's port 8080
     ---
     verdict: "fail"
     expected: "HTTP 200 from web-1 (token 7f3a0c1d)"
     actual: "curl exit 56: connection reset by peer, http://127.0.0.1:8080/"
     meaning: "docker-proxy accepted the connection, but nothing listens on the port that it leads to inside lab-bridge-web-1"
     seeIt: ["curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:8080/"]
     lookAt: ["docker logs lab-bridge-web-1","netstat -tulpn"]
     attempts: 6
     durationMs: 9960
     ...
   ok 3 - bridge/lan/masquerade what leaves the network takes the host's address # SKIP only root can look there (sudo)
   not ok 4 - bridge/plain/veth a veth pair connects plain with its bridge
     ---
     verdict: "error"
     expected: "one end of a veth pair inside lab-bridge-plain, the other in the bridge of bridge"
     actual: "container lab-bridge-plain is not running (exited)"
     seeIt: ["ip -j link show","ip -j link show master \\"docker0\\""]
     lookAt: []
     attempts: 1
     durationMs: 14
     ...
   "
  `);
});

test("TAP: nothing that a check is called begins a directive, and no check is said to be skipped as a whole", () => {
  expect(FORMATS.tap([{ ...BASE, what: "port #80 # TODO\nline" }])).toContain("port \\#80 \\# TODO line\n");
  expect(FORMATS.tap([])).toContain("1..0 # SKIP");
});

test("Markdown: a table, and what went wrong in full", () => {
  expect(FORMATS.markdown(MIXED)).toMatchInlineSnapshot(`
   "**1 passed, 1 failed, 1 skipped (only root can look there (sudo)), 1 could not be measured**

   | verdict | check | what holds | claims | what was seen |
   | --- | --- | --- | --- | --- |
   | ✅ pass | bridge/web-1/answers | web-1 answers on port 80 of its own address | B8 | HTTP 200 from web-1 |
   | ❌ fail | bridge/web-1/published | web-1 answers on the host's port 8080 | B8 | curl exit 56: connection reset by peer, http://127.0.0.1:8080/ |
   | ⏭️ skip | bridge/lan/masquerade | what leaves the network takes the host's address | B8 | only root can look there (sudo) |
   | ⚠️ error | bridge/plain/veth | a veth pair connects plain with its bridge | B8 | container lab-bridge-plain is not running (exited) |

   \`\`\`text
   FAIL  bridge/web-1/published   web-1 answers on the host's port 8080   6 attempts in 10.0 s
     expected  HTTP 200 from web-1 (token 7f3a0c1d)
     actual    curl exit 56: connection reset by peer, http://127.0.0.1:8080/
     meaning   docker-proxy accepted the connection, but nothing listens on the port that it leads to inside lab-bridge-web-1
     see it    curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:8080/
     look at   docker logs lab-bridge-web-1
               netstat -tulpn
   \`\`\`

   \`\`\`text
   ERROR bridge/plain/veth   a veth pair connects plain with its bridge   1 attempt in 0.0 s
     expected  one end of a veth pair inside lab-bridge-plain, the other in the bridge of bridge
     actual    container lab-bridge-plain is not running (exited)
     see it    ip -j link show
               ip -j link show master "docker0"
   \`\`\`
   "
  `);
});

test("Markdown: what a server says breaks neither table nor fence", () => {
  const text = FORMATS.markdown([{ ...FAILED, actual: "a | b\n``` <img>" }]);
  expect(text).toContain("| a \\| b \\`\\`\\` \\<img> |");
  expect(text.match(/^```/gm)).toHaveLength(2);
});

test("JSON and text: the records as they are, and as people read them", () => {
  expect(JSON.parse(FORMATS.json(MIXED))).toEqual(MIXED);
  expect(FORMATS.text(MIXED)).toMatch(/1 passed, 1 failed, 1 skipped \(.*\), 1 could not be measured\n$/);
});
