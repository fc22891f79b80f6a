import fc from "fast-check";
import { isAddress, Subnet } from "../../lib/topology/subnet";
import { refused } from "./refused";

const subnet = (text: string): Subnet => Subnet.parse("subnet", text);

describe("parse", () => {
  test.each(["10.77.0.0/24", "192.168.5.8/29", "10.0.0.0/8", "255.255.255.248/29", "0.0.0.0/8"])("takes %s", (text) => {
    expect(subnet(text).toString()).toBe(text);
  });

  test("takes white space around it", () => {
    expect(subnet(" 10.77.0.0/24\n").toString()).toBe("10.77.0.0/24");
  });

  const form = "is not an IPv4 subnet; one is an address and a prefix length";
  const bits = "has host bits set; a subnet is a network address";
  const size = "a lab's subnet has a prefix length from 8 to 29";
  test.each([
    ["10.77.0.5/24", `bridge.subnet: 10.77.0.5/24 ${bits}: 10.77.0.0/24`],
    ["10.77.255.0/16", `bridge.subnet: 10.77.255.0/16 ${bits}: 10.77.0.0/16`],
    ["10.77.0.1/32", `bridge.subnet: 10.77.0.1/32 is too small; ${size}: 10.77.0.0/24`],
    ["10.77.0.0/30", `bridge.subnet: 10.77.0.0/30 is too small; ${size}: 10.77.0.0/24`],
    ["0.0.0.0/0", `bridge.subnet: 0.0.0.0/0 is too large; ${size}: 0.0.0.0/24`],
    ["10.0.0.0/7", `bridge.subnet: 10.0.0.0/7 is too large; ${size}: 10.0.0.0/24`],
    ["10.77.0.0/33", `bridge.subnet: "10.77.0.0/33" ${form}: 10.77.0.0/24`],
    ["10.77.0.9", `bridge.subnet: "10.77.0.9" ${form}: 10.77.0.0/24`],
    ["10.77.0.0/", `bridge.subnet: "10.77.0.0/" ${form}: 10.77.0.0/24`],
    ["10.78.1.0/255.255.255.0", `bridge.subnet: "10.78.1.0/255.255.255.0" ${form}: 10.78.1.0/24`],
    ["10.77.0/24", `bridge.subnet: "10.77.0/24" ${form}: 10.77.0.0/24`],
    ["10.77.0.256/24", `bridge.subnet: "10.77.0.256/24" ${form}: 10.77.0.0/24`],
    ["010.77.0.0/24", `bridge.subnet: "010.77.0.0/24" ${form}: 10.77.0.0/24`],
    ["fd00::/64", `bridge.subnet: "fd00::/64" ${form}: 10.77.0.0/24`],
    ["$(id)/24", `bridge.subnet: "$(id)/24" ${form}: 10.77.0.0/24`],
    ["", `bridge.subnet: "" ${form}: 10.77.0.0/24`],
  ])("refuses %j", (text, message) => {
    expect(refused(() => Subnet.parse("bridge.subnet", text))).toBe(message);
  });
});

describe("observed", () => {
  test.each([
    ["10.77.0.0/24", "10.77.0.0/24"],
    ["10.77.0.7/24", "10.77.0.0/24"],
    ["169.254.169.254", "169.254.169.254/32"],
    ["default", undefined],
    ["fd00::/64", undefined],
    ["10.77.0.0/2x", undefined],
  ])("reads %s as %s", (text, expected) => {
    expect(Subnet.observed(text)?.toString()).toBe(expected);
  });
});

test("contains, reserved and numbered addresses", () => {
  const lan = subnet("10.77.0.8/29");
  expect(lan.address(1)).toBe("10.77.0.9");
  expect(["10.77.0.7", "10.77.0.8", "10.77.0.15", "10.77.0.16", "web"].map((one) => lan.contains(one))).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
  expect(["10.77.0.8", "10.77.0.9", "10.77.0.15"].map((one) => lan.isReserved(one))).toEqual([true, false, true]);
});

test("freeAddress skips what is taken, and ends before the broadcast address", () => {
  const lan = subnet("10.77.0.0/29");
  expect(lan.freeAddress([])).toBe("10.77.0.1");
  expect(lan.freeAddress(["10.77.0.1", "10.77.0.2"])).toBe("10.77.0.3");
  expect(lan.freeAddress([1, 2, 3, 4, 5, 6].map((n) => lan.address(n)))).toBeUndefined();
});

test.each([
  ["10.77.0.0/24", "10.77.0.0/24", true],
  ["10.77.0.0/24", "10.77.0.128/25", true],
  ["10.77.0.128/25", "10.0.0.0/8", true],
  ["10.77.0.0/24", "10.77.1.0/24", false],
  ["10.77.0.0/25", "10.77.0.128/25", false],
])("%s overlaps %s: %s", (one, other, overlap) => {
  expect(subnet(one).overlaps(subnet(other))).toBe(overlap);
  expect(subnet(other).overlaps(subnet(one))).toBe(overlap);
});

describe("nextFree", () => {
  test.each([
    ["itself", "10.77.0.0/24", [], "10.77.0.0/24"],
    ["the next of its size", "10.77.0.0/24", ["10.77.0.0/24", "10.77.1.128/25"], "10.77.2.0/24"],
    ["one behind a larger one", "10.77.0.0/24", ["10.77.0.0/16"], "10.78.0.0/24"],
    ["none where the rest of the /8 is taken", "10.255.0.0/16", ["10.255.0.0/16"], undefined],
  ])("finds %s", (_name, text, taken, free) => {
    expect(subnet(text).nextFree(taken.map(subnet))?.toString()).toBe(free);
  });

  test("overlaps nothing that is taken", () => {
    const some = fc
      .tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 }), fc.integer({ min: 16, max: 29 }))
      .map(
        ([b, c, prefix]) => Subnet.observed(`10.${String(b)}.${String(c)}.0/${String(prefix)}`) ?? subnet("10.0.0.0/8"),
      );
    fc.assert(
      fc.property(some, fc.array(some, { maxLength: 8 }), (wanted, taken) => {
        const free = wanted.nextFree(taken);
        return (
          free === undefined || (free.prefixLength === wanted.prefixLength && !taken.some((one) => one.overlaps(free)))
        );
      }),
    );
  });
});

test("isAddress knows dotted quads, and nothing else", () => {
  fc.assert(fc.property(fc.ipV4(), (text) => isAddress(text)));
  fc.assert(fc.property(fc.ipV6(), (text) => !isAddress(text)));
  for (const text of ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.4 ", "1.2.3.-4"]) {
    expect(isAddress(text)).toBe(false);
  }
});

describe("parts", () => {
  const parts = (text: string, count: 2 | 4): string[] =>
    Subnet.parse("lab.subnet", text)
      .parts("lab.subnet", count)
      .map((part) => part.toString());

  test("share a subnet out, without gap or overlap", () => {
    expect(parts("10.79.0.0/22", 4)).toEqual(["10.79.0.0/24", "10.79.1.0/24", "10.79.2.0/24", "10.79.3.0/24"]);
    expect(parts("10.79.0.0/28", 2)).toEqual(["10.79.0.0/29", "10.79.0.8/29"]);
  });

  test("are refused where they would be too small", () => {
    expect(refused(() => parts("10.79.5.0/28", 4))).toBe(
      "lab.subnet: 10.79.5.0/28 is too small; it is shared out in 4 parts, and a part has a prefix length of at most 29: 10.79.4.0/22",
    );
  });
});
