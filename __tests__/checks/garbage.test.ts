import * as fc from "fast-check";
import { parseIfconfig, parseInterfaces } from "../../lib/checks/interfaces";
import type { Observation } from "../../lib/checks/probe";
import { commandsOf, judge, type Probe } from "../../lib/checks/probes";
import { parseNetstat, parseTop } from "../../lib/checks/probes/listener";
import { parseGetent } from "../../lib/checks/probes/resolve";
import { parseNft } from "../../lib/checks/probes/rule";
import { settings } from "../../lib/checks/probes/resolver";
import { findings, type Output } from "./findings";
import { HOST as INTERFACES } from "./ip";
import { SENTENCES } from "./sentences";

/*
 * A tool that prints nonsense proves nothing: whatever comes out of the commands of a probe, its judge does not crash,
 * and does not pass. 200 times for each sentence of the vocabulary, and for each parser.
 */
const RUNS = 200;

/** Real output of the tools, to be cut off and mixed up. */
const REAL: readonly string[] = [
  "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/plain\r\n\r\none 00000000\n",
  "curl: (7) Failed to connect to 10.77.0.2 port 80 after 0 ms: Couldn't connect to server\n",
  JSON.stringify(INTERFACES),
  '[{"dst":"default","gateway":"172.17.0.1","dev":"eth0","flags":[]}]',
  "Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address  Foreign Address  State  PID/Program name\n",
  "PID                 PPID                COMMAND\n2042                2019                nginx\n",
  "net:[4026531840]\n",
  "nameserver 192.0.2.53\nsearch lan\n",
  "lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n        inet 127.0.0.1  netmask 255.0.0.0\n",
  " 12 34 81 80 00 01 00 01 00 00 00 00 03 6f 6e 65\n 00 00 01 00 01 03 6f 6e 65 00 00 01 00 01 00 00\n 02 58 00 04 0a 4d 00 02\n",
  '[{"Id":"a","State":{"Status":"dead","ExitCode":3,"Error":""}}]',
];

/** What looks like an answer, and is none. */
const ODD = ["[]", "{}", "[{}]", "[[]]", "null", "[null]", "0", "true", '""', "\u0000", "�", "\n\n\n", "-", "Killed\n"];

const text = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 200 }),
  fc.string({ minLength: 1, maxLength: 200 }),
  fc.json(),
  fc.constantFrom(...ODD),
);
const exit = fc.constantFrom(0, 0, 0, 0, 1, 2, 6, 7, 28, 52, 56, 126, 127, 137, 139, 255, -1);
const garbage: fc.Arbitrary<Output> = fc.record({ exit, stdout: text, stderr: text });

/** The first half at most, as of a tool that was killed. */
const cutOff: fc.Arbitrary<Output> = fc.tuple(exit, fc.constantFrom(...REAL), fc.nat()).map(([exit, real, at]) => {
  const part = real.slice(0, 1 + (at % Math.floor(real.length / 2)));
  return { exit, stdout: part, stderr: part };
});

/** With one character in another's place: it may still say what it said, but must not make anything crash. */
const damaged: fc.Arbitrary<Output> = fc
  .tuple(exit, fc.constantFrom(...REAL), fc.nat(), fc.constantFrom("x", "[", "\n", " ", "\u0000"))
  .map(([exit, real, at, other]) => {
    const place = at % real.length;
    const stdout = real.slice(0, place) + other + real.slice(place + 1);
    return { exit, stdout, stderr: stdout };
  });

/** Each of the probe's commands returns one such output. */
function judged(probe: Probe, outputs: readonly Output[]): string {
  const names = commandsOf(probe).map(({ name }) => name);
  const answers = Object.fromEntries(names.map((name, index) => [name, outputs[index % outputs.length] ?? {}]));
  return judge(probe, findings(answers, ["lo"])).verdict;
}

describe.each(SENTENCES.map((probe) => ({ probe, line: JSON.stringify(probe).slice(0, 120) })))(
  "$line",
  ({ probe }) => {
    test("is never passed by garbage", () => {
      fc.assert(
        fc.property(fc.array(garbage, { minLength: 1, maxLength: 3 }), (outputs) => judged(probe, outputs) !== "pass"),
        { numRuns: RUNS },
      );
    });

    test("is never passed by what was cut off", () => {
      fc.assert(
        fc.property(fc.array(cutOff, { minLength: 1, maxLength: 3 }), (outputs) => judged(probe, outputs) !== "pass"),
        { numRuns: RUNS },
      );
    });

    test("is judged in some way when output is damaged", () => {
      fc.assert(
        fc.property(fc.array(damaged, { minLength: 1, maxLength: 3 }), (outputs) =>
          ["pass", "fail", "error"].includes(judged(probe, outputs)),
        ),
        { numRuns: RUNS },
      );
    });
  },
);

test.each<[string, (text: string) => unknown]>([
  ["parseInterfaces", parseInterfaces],
  ["parseIfconfig", parseIfconfig],
  ["parseNetstat", parseNetstat],
  ["parseTop", parseTop],
  ["parseNft", parseNft],
  ["parseGetent", parseGetent],
  ["settings of resolv.conf", settings],
])("%s takes any text", (_name, parse) => {
  const any = fc.oneof(
    text,
    damaged.map(({ stdout }: Partial<Observation>) => stdout ?? ""),
  );
  fc.assert(
    fc.property(any, (given) => {
      parse(given);
    }),
    { numRuns: RUNS },
  );
});
