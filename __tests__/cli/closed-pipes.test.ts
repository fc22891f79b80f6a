import { EventEmitter } from "events";
import { heedClosedPipes } from "../../lib/cli/closed-pipes";

const broken = (code: string): Error => Object.assign(new Error(`write ${code}`), { code });

test("a pipe that nobody reads from any more is no error; everything else is", () => {
  const output = new EventEmitter();
  heedClosedPipes([output]);
  expect(() => output.emit("error", broken("EPIPE"))).not.toThrow();
  expect(() => output.emit("error", broken("ENOSPC"))).toThrow("write ENOSPC");
});
