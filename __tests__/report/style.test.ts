import { COLOURED, PLAIN, styleFor } from "../../lib/report/style";

test.each([
  ["a terminal", { isTTY: true }, {}, COLOURED],
  ["a pipe", {}, {}, PLAIN],
  ["a file", { isTTY: false }, {}, PLAIN],
  ["a terminal of someone who wants none", { isTTY: true }, { NO_COLOR: "1" }, PLAIN],
  ["a terminal with the wish left empty", { isTTY: true }, { NO_COLOR: "" }, COLOURED],
])("%s", (_name, stream, environment, style) => {
  expect(styleFor(stream, environment)).toBe(style);
});

test("plain leaves text as it is", () => {
  for (const emphasis of Object.values(PLAIN)) expect((emphasis as (text: string) => string)("text")).toBe("text");
});
