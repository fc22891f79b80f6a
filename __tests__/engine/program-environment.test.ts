import { pathFolders, programEnvironment } from "../../lib/engine/program-environment";

describe("what programs are started with", () => {
  it("leads to the system's programs behind those of PATH, each folder once", () => {
    expect(programEnvironment({ PATH: "/home/ada/bin:/usr/sbin:/usr/bin" })["PATH"]).toBe(
      "/home/ada/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/sbin",
    );
  });

  it("never leads to the current folder", () => {
    expect(pathFolders({ PATH: ":/usr/bin::/bin:" })).toEqual(["/usr/bin", "/bin"]);
    expect(programEnvironment({})["PATH"]).toBe("/usr/local/sbin:/usr/sbin:/sbin");
  });

  it("names the engine that is asked, and keeps the rest", () => {
    expect(programEnvironment({ DOCKER_HOST: "unix:///run/mine.sock", HOME: "/home/ada" })).toMatchObject({
      DOCKER_HOST: "unix:///run/mine.sock",
      HOME: "/home/ada",
    });
    expect(programEnvironment({})["DOCKER_HOST"]).toBe("unix:///var/run/docker.sock");
  });
});
