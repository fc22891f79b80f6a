import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const CHECKOUT = resolve(__dirname, "../..");

test.each(["soon", "-1", "5m", "1e3", " "])(
  "npm test refuses %j minutes before anything is done",
  (LAB_TEST_MINUTES) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/test.js"], {
      cwd: CHECKOUT,
      env: { ...process.env, LAB_TEST_MINUTES },
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(stderr).toBe(
      `LAB_TEST_MINUTES: "${LAB_TEST_MINUTES}" is no number of minutes; without it the tests take: 55\n`,
    );
    expect(stdout).toBe("");
    expect(status).toBe(64);
  },
);

test("npm test refuses a number of lanes that is none", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/test.js"], {
    cwd: CHECKOUT,
    env: { ...process.env, LAB_TEST_LANES: "many" },
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(stderr).toBe('LAB_TEST_LANES: "many" is no number of lanes; without it there is one for each processor\n');
  expect(stdout).toBe("");
  expect(status).toBe(64);
});
