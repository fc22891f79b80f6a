import child from "child_process";
import { ENTERED, ENTERED_SOCKET, settleIn } from "../../lib/cli/entered";

// What it does on a throw-away host is seen there: __tests__/e2e/nested.test.ts.
test.each([{}, { [ENTERED]: "lab-nested-host" }, { [ENTERED_SOCKET]: "/x/docker.sock" }])(
  "who has entered no host (%j) stays as it is",
  (environment) => {
    const mount = jest.spyOn(child, "execFileSync").mockImplementation();
    settleIn(environment);
    expect(mount).not.toHaveBeenCalled();
    mount.mockRestore();
  },
);
