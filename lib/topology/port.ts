import { Refusal } from "./refusal";

export const HIGHEST_PORT = 65535;

/**
 * A TCP port as a person or an environment variable gives it.
 * @param fallback what is proposed when nothing near the value would do
 * @throws Refusal naming the property
 */
export function checkedPort(property: string, value: string | number, fallback = 80): number {
  const text = String(value);
  if (!/^\d+$/.test(text)) {
    const shown = typeof value === "string" ? JSON.stringify(value) : text;
    throw new Refusal(property, `${shown} is not a port; ${RULE}`, leadingPort(text) ?? String(fallback));
  }
  const port = Number(text);
  if (port < 1) throw new Refusal(property, `${text} is no port that one can listen on; ${RULE}`, String(fallback));
  if (port > HIGHEST_PORT) throw new Refusal(property, `${text} is too high; ${RULE}`, String(HIGHEST_PORT));
  return port;
}

/** The port nearest to `port` that is not taken: the next higher one, else the next lower one. */
export function freePort(port: number, taken: ReadonlySet<number>): number | undefined {
  for (let free = port; free <= HIGHEST_PORT; free += 1) if (!taken.has(free)) return free;
  for (let free = port; free > 0; free -= 1) if (!taken.has(free)) return free;
  return undefined;
}

const RULE = `a port is a whole number from 1 to ${String(HIGHEST_PORT)}`;

function leadingPort(text: string): string | undefined {
  const digits = /^\s*(\d{1,5})/.exec(text)?.[1];
  return digits !== undefined && Number(digits) >= 1 && Number(digits) <= HIGHEST_PORT
    ? String(Number(digits))
    : undefined;
}
