import { Token } from "cdktf";
import fc from "fast-check";
import { literal, literals } from "../../lib/constructs/literal";
import { unescaped } from "../../lib/constructs/unescaped";

test.each([
  ["plain text", "plain text"],
  ["${docker_container.web.id}", "$${docker_container.web.id}"],
  ["%{ if true }", "%%{ if true }"],
  ["$(id) $5 100% $$ %%", "$(id) $5 100% $$ %%"],
  ["{{json .State}}", "{{json .State}}"],
  ["$${x} %%{x} $$${x}", "$$${x} %%%{x} $$$${x}"],
])("%s is written %s", (text, written) => {
  expect(literal(text)).toBe(written);
  expect(unescaped(written)).toBe(text);
});

/** How Terraform 1.11 reads text without references, as tried with it: of the signs before a brace, one is taken off. */
const terraform = (text: string): string => text.replace(/([$%])\1\{/g, "$1{");

const tricky = fc.oneof(fc.string(), fc.stringMatching(/^[$%{}a"\\]{0,12}$/));

test("Terraform reads what was meant, and so do we", () => {
  fc.assert(
    fc.property(tricky, (text) => {
      expect(literal(text)).not.toMatch(/(?<!\$)\$\{|(?<!%)%\{/);
      expect(terraform(literal(text))).toBe(text);
      expect(unescaped(literal(text))).toBe(text);
    }),
  );
});

test("data comes back as it went, with keys, numbers and nothing untouched", () => {
  const data = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      tricky,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie("value"), { maxKeys: 4 }),
    ),
  })).value;
  fc.assert(
    fc.property(data, (value) => {
      expect(unescaped(literals(value))).toEqual(value);
    }),
  );
});

test("a reference is no literal text", () => {
  const reference = Token.asString({ resolve: () => "${docker_container.web.id}" });
  expect(() => literal(`id ${reference}`)).toThrow(/^not literal text: id \$\{TfToken/);
  expect(() => literals({ deep: [reference] })).toThrow(/^not literal text/);
});
