/** How a terminal shows emphasis. Without colour, every function leaves its text as it is. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly strong: (text: string) => string;
}

const code = (on: number, off: number) => (text: string) => `\u001b[${String(on)}m${text}\u001b[${String(off)}m`;
const plain = (text: string): string => text;

export const PLAIN: Style = { good: plain, bad: plain, quiet: plain, strong: plain };
export const COLOURED: Style = { good: code(32, 39), bad: code(31, 39), quiet: code(2, 22), strong: code(1, 22) };

/** Colour only where a person reads it on a terminal, and has not said otherwise (https://no-color.org). */
export function styleFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Style {
  return stream.isTTY === true && !environment["NO_COLOR"] ? COLOURED : PLAIN;
}
