import { optionsFrom } from "../../bench/options";

test("seven rounds of everything, unless something else is said", () => {
  expect(optionsFrom([])).toEqual({ rounds: 7, servers: 20, labs: [1, 10, 100], write: false });
  expect(optionsFrom(["--quick"])).toEqual({ rounds: 3, servers: 3, labs: [1, 2], write: false });
  expect(optionsFrom(["--rounds", "9", "--only", "many", "--write"])).toEqual({
    rounds: 9,
    only: "many",
    servers: 20,
    labs: [1, 10, 100],
    write: true,
  });
});

test.each([
  [["--rounds", "0"], '--rounds: "0" is no number of rounds from 1 to 1000: 7'],
  [["--rounds", "1e3"], '--rounds: "1e3" is no number of rounds from 1 to 1000: 7'],
  [
    ["--only", "hots"],
    '--only: "hots" is none of host, many, synth, provider, floor, overlay, underlay, network, check: host',
  ],
  [
    ["--only", "everything"],
    '--only: "everything" is none of host, many, synth, provider, floor, overlay, underlay, network, check',
  ],
  [["--fast"], "npm run bench: Unknown option '--fast'"],
  [["host"], "npm run bench: Unexpected argument 'host'"],
])("%j is refused", (args, message) => {
  expect(() => optionsFrom(args)).toThrow(message);
});
