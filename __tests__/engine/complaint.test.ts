import { complaintOf } from "../../lib/engine/complaint";

test.each([
  ["RTNETLINK answers: File exists\n", "RTNETLINK answers: File exists"],
  ["Warning: on the way\nPermission denied (publickey).\n", "Permission denied (publickey)."],
  ["docker: no such image.\nSee 'docker run --help'.\n", "docker: no such image."],
  ["docker: no such image.\n\nRun 'docker run --help' for more information\n", "docker: no such image."],
  ["", "it said nothing"],
])("of %j the complaint is %s", (stderr, complaint) => {
  expect(complaintOf({ stderr })).toBe(complaint);
});

test("what could not be run at all says why not", () => {
  expect(complaintOf({ stderr: "half a line", missing: "ip did not end within 5 s" })).toBe(
    "ip did not end within 5 s",
  );
});
