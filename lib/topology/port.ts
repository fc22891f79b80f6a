import { Refusal } from "./refusal";

export const HIGHEST_PORT = 65535;

/**
 * A TCP port as a person or an environment variable gives it.
 * @param fallback what is proposed when nothing near the value would do
 * @throws Refusal naming the property
 */
export function checkedPort(property: string, value: string | number, fallback = 80): number {
  const text = String(value);
  if (!/^\d{1,9}$/.test(text)) {
    throw new Refusal(
      property,
      `${JSON.stringify(value)} is not a port; ${RULE}`,
      leadingPort(text) ?? String(fallback),
    );
  }
  const port = Number(text);
  if (port < 1) throw new Refusal(property, `${text} is no port that one can listen on; ${RULE}`, String(fallback));
  if (port > HIGHEST_PORT) throw new Refusal(property, `${text} is too high; ${RULE}`, String(HIGHEST_PORT));
  return port;
}

const RULE = `a port is a whole number from 1 to ${String(HIGHEST_PORT)}`;

function leadingPort(text: string): string | undefined {
  const digits = /^\s*(\d{1,5})/.exec(text)?.[1];
  return digits !== undefined && Number(digits) >= 1 && Number(digits) <= HIGHEST_PORT
    ? String(Number(digits))
    : undefined;
}
