import { parseArgs } from "util";
import { nearest } from "../lib/topology/nearest";
import { Refusal } from "../lib/topology/refusal";

export interface Options {
  readonly rounds: number;
  /** How many servers the lab with many has, and how many labs the largest app. */
  readonly servers: number;
  readonly labs: readonly number[];
  /** The group that alone is measured. */
  readonly only?: Group;
  /** Whether the README's table is written too. */
  readonly write: boolean;
}

export const GROUPS = [
  "host",
  "many",
  "synth",
  "provider",
  "floor",
  "overlay",
  "underlay",
  "network",
  "check",
] as const;
export type Group = (typeof GROUPS)[number];

export const USAGE = `npm run bench -- [--rounds N] [--only ${GROUPS.join("|")}] [--quick] [--write]
  --rounds N    measure N times (7)
  --only NAME   one group alone
  --quick       3 rounds, few servers and labs: shows that the benchmark works, and no more
  --write       put the table into the README`;

const FULL = { rounds: 7, servers: 20, labs: [1, 10, 100] };
const QUICK = { rounds: 3, servers: 3, labs: [1, 2] };
const MOST_ROUNDS = 1000;

/** @throws Refusal for an unknown option or a bad value */
export function optionsFrom(args: readonly string[]): Options {
  const { rounds, only, quick, write = false } = parsed(args);
  return {
    ...(quick === true ? QUICK : FULL),
    ...(rounds === undefined ? {} : { rounds: checkedRounds(rounds) }),
    ...(only === undefined ? {} : { only: checkedGroup(only) }),
    write,
  };
}

function parsed(args: readonly string[]): { rounds?: string; only?: string; quick?: boolean; write?: boolean } {
  const options = {
    rounds: { type: "string" },
    only: { type: "string" },
    quick: { type: "boolean" },
    write: { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (problem) {
    throw new Refusal("npm run bench", `${(problem as Error).message}\n${USAGE}`);
  }
}

function checkedRounds(text: string): number {
  if (/^[1-9]\d*$/.test(text) && Number(text) <= MOST_ROUNDS) return Number(text);
  const rule = `${JSON.stringify(text)} is no number of rounds from 1 to ${String(MOST_ROUNDS)}`;
  throw new Refusal("--rounds", rule, String(FULL.rounds));
}

function checkedGroup(text: string): Group {
  const group = GROUPS.find((one) => one === text);
  if (group !== undefined) return group;
  throw new Refusal("--only", `${JSON.stringify(text)} is none of ${GROUPS.join(", ")}`, nearest(text, GROUPS));
}
