import { isSsh, SSH_OPTIONS, sshTo, withoutSsh } from "../../lib/engine/ssh";

test.each([
  ["ssh://root@192.0.2.5", ["root@192.0.2.5"]],
  ["ssh://host.example:2222", ["-p", "2222", "host.example"]],
])("%s is entered, with hosts that are known and nobody asked", (address, target) => {
  expect(sshTo(address)).toEqual(["ssh", ...SSH_OPTIONS, ...target]);
  expect(SSH_OPTIONS).toEqual(expect.arrayContaining(["BatchMode=yes", "StrictHostKeyChecking=yes"]));
  expect(withoutSsh([...sshTo(address), "docker", "info"])).toEqual(["docker", "info"]);
});

test("what goes nowhere stays as it is", () => {
  expect(isSsh("lab-overlay-host-a")).toBe(false);
  expect(withoutSsh(["docker", "exec", "a", "ssh", "x"])).toEqual(["docker", "exec", "a", "ssh", "x"]);
});
