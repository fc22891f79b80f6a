import fc from "fast-check";
import { nearest } from "../../lib/topology/nearest";

const labs = ["host", "bridge", "none", "overlay"];

test.each([
  ["brigde", "bridge"],
  ["Bridge", "bridge"],
  ["hots", "host"],
  ["nonee", "none"],
  ["overlays", "overlay"],
  ["macvlan", undefined],
  ["something-else", undefined],
])("%s was meant to be %s", (word, meant) => {
  expect(nearest(word, labs)).toBe(meant);
});

test("of nothing there is nothing near", () => {
  expect(nearest("host", [])).toBeUndefined();
});

test("a candidate is nearest to itself", () => {
  fc.assert(fc.property(fc.constantFrom(...labs), (word) => nearest(word, labs) === word));
});

test("one wrong letter in a long word never leads elsewhere", () => {
  const slip = fc.tuple(fc.constantFrom("bridge", "overlay"), fc.nat({ max: 5 }), fc.stringMatching(/^[a-z]$/));
  fc.assert(
    fc.property(slip, ([word, at, letter]) => nearest(word.slice(0, at) + letter + word.slice(at + 1), labs) === word),
  );
});

test("what is proposed is a candidate", () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (word, candidates) => {
      const found = nearest(word, candidates);
      return found === undefined || candidates.includes(found);
    }),
  );
});
