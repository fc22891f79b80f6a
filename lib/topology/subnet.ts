import { Refusal } from "./refusal";

/**
 * An IPv4 address as a number, or undefined when the text is none. No leading zeros: some programs take such a number
 * for octal, and Docker and Terraform refuse it.
 */
function toNumber(address: string): number | undefined {
  const parts = address.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** The longest prefix that leaves room for a gateway and two servers. */
const SMALLEST = 29;

/** An IPv4 subnet, e.g. 10.77.0.0/24. Made by {@link Subnet.parse} only, so that one in hand is a valid one. */
export class Subnet {
  private constructor(
    private readonly first: number,
    readonly prefixLength: number,
  ) {}

  /**
   * @param property where the text was given, for the message
   * @throws Refusal when it is no subnet, has host bits set, or leaves no room for a gateway and two servers
   */
  static parse(property: string, text: string): Subnet {
    const [address, prefix] = /^([^/]+)\/(\d{1,2})$/.exec(text.trim())?.slice(1) ?? [];
    const number = address === undefined ? undefined : toNumber(address);
    if (number === undefined || prefix === undefined || Number(prefix) > 32) {
      const bare = toNumber(text.trim().replace(/\/.*$/, ""));
      throw new Refusal(
        property,
        `${JSON.stringify(text)} is not an IPv4 subnet; one is an address and a prefix length`,
        bare === undefined ? "10.77.0.0/24" : new Subnet(bare - (bare % 256), 24).toString(),
      );
    }
    const subnet = new Subnet(number - (number % 2 ** (32 - Number(prefix))), Number(prefix));
    if (subnet.first !== number) {
      throw new Refusal(property, `${text} has host bits set; a subnet is a network address`, subnet.toString());
    }
    if (subnet.prefixLength > SMALLEST || subnet.prefixLength < 8) {
      throw new Refusal(
        property,
        `${text} is too ${subnet.prefixLength > SMALLEST ? "small" : "large"}; a lab's subnet has a prefix length from 8 to ${String(SMALLEST)}`,
        new Subnet(number - (number % 256), 24).toString(),
      );
    }
    return subnet;
  }

  /** A subnet as `ip route` or an engine tells it: what is none (`default`, IPv6, an odd size) is undefined. */
  static observed(text: string): Subnet | undefined {
    const [address, prefix] = (text.includes("/") ? text : `${text}/32`).split("/");
    const number = toNumber(address ?? "");
    if (number === undefined || !/^\d{1,2}$/.test(prefix ?? "")) return undefined;
    return new Subnet(number - (number % 2 ** (32 - Number(prefix))), Number(prefix));
  }

  /**
   * Its equal parts, in ascending order.
   * @param property where the subnet was given, for the message
   * @param count how many: a power of two
   * @throws Refusal when a part would leave no room for a gateway and two servers
   */
  parts(property: string, count: 2 | 4): Subnet[] {
    const prefixLength = this.prefixLength + Math.log2(count);
    if (prefixLength > SMALLEST) {
      const roomy = new Subnet(this.first - (this.first % 1024), 22);
      throw new Refusal(
        property,
        `${this.toString()} is too small; it is shared out in ${String(count)} parts, and a part has a prefix length of at most ${String(SMALLEST)}`,
        roomy.toString(),
      );
    }
    const size = 2 ** (32 - prefixLength);
    return Array.from({ length: count }, (_, n) => new Subnet(this.first + n * size, prefixLength));
  }

  /** The n-th address in it: 1 is the first that a machine can have. */
  address(n: number): string {
    return toText(this.first + n);
  }

  /**
   * One of the equal parts of it that have this prefix length; itself where it is not larger.
   * @param n which one; counted on from the first again after the last
   */
  part(prefixLength: number, n: number): Subnet {
    if (prefixLength <= this.prefixLength) return this;
    const parts = 2 ** (prefixLength - this.prefixLength);
    return new Subnet(this.first + (n % parts) * 2 ** (32 - prefixLength), prefixLength);
  }

  contains(address: string): boolean {
    const number = toNumber(address);
    return number !== undefined && number >= this.first && number < this.end;
  }

  overlaps(other: Subnet): boolean {
    return this.first < other.end && other.first < this.end;
  }

  /** The first address that a machine can have and that is not taken, or undefined when all are. */
  freeAddress(taken: readonly string[]): string | undefined {
    for (let number = this.first + 1; number < this.end - 1; number += 1) {
      if (!taken.includes(toText(number))) return toText(number);
    }
    return undefined;
  }

  /** The next subnet of this size that overlaps none of `taken`, or undefined when this /8 has none left. */
  nextFree(taken: readonly Subnet[]): Subnet | undefined {
    const size = this.end - this.first;
    for (let first = this.first; first + size <= this.first - (this.first % 2 ** 24) + 2 ** 24; first += size) {
      const candidate = new Subnet(first, this.prefixLength);
      if (!taken.some((other) => candidate.overlaps(other))) return candidate;
    }
    return undefined;
  }

  toString(): string {
    return `${toText(this.first)}/${String(this.prefixLength)}`;
  }

  private get end(): number {
    return this.first + 2 ** (32 - this.prefixLength);
  }

  /** Whether the address is the network's own or its broadcast address, which no machine can have. */
  isReserved(address: string): boolean {
    const number = toNumber(address);
    return number === this.first || number === this.end - 1;
  }
}

/** Whether the text is an IPv4 address. */
export function isAddress(text: string): boolean {
  return toNumber(text) !== undefined;
}
