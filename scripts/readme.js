/**
 * Fills the README's transcripts with what the commands really print: `npm run readme`. Creates the two labs and takes
 * them away again, so the engine's ports 80 and 8080 must be free. The checkout's path is printed as `.`.
 */
"use strict";
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const project = path.resolve(__dirname, "..");
const readme = path.join(project, "README.md");

/** What a person sees: both outputs in their order, as a pipe gets them. */
function output(line) {
  const { stdout } = spawnSync("sh", ["-c", `${line} 2>&1`], { cwd: project, encoding: "utf8" });
  return stdout
    .replaceAll(project, ".")
    .replace(/^> .*\n/gm, "")
    .trim();
}

function shown(lines) {
  const blocks = lines.map((line) => `$ ${line}\n${output(line)}`);
  return ["```", blocks.join("\n\n"), "```"].join("\n");
}

function fill(text, marker, content) {
  const [begin, end] =
    marker === "example"
      ? ["<!-- example -->", "<!-- example end -->"]
      : [`<!-- transcript: ${marker} -->`, "<!-- transcript end -->"];
  const start = text.indexOf(begin);
  if (start < 0) throw new Error(`README.md has no ${begin}`);
  const stop = text.indexOf(end, start);
  return `${text.slice(0, start)}${begin}\n\n${content}\n\n${text.slice(stop)}`;
}

function main() {
  let text = fs.readFileSync(readme, "utf8");
  text = fill(text, "npm start", shown(["npm start"]));
  spawnSync("docker", ["stop", "lab-host-web"]);
  text = fill(text, "failure", shown(["npx lab check host"]));
  output("npm stop");
  text = fill(
    text,
    "refusals",
    shown(["npx lab up brigde", "npx lab up host --http-port 80a", "npx lab up bridge --subnet 10.77.0.5/24"]),
  );
  const example = fs.readFileSync(path.join(project, "examples/two-servers.ts"), "utf8").trim();
  text = fill(text, "example", ["```ts", example, "```"].join("\n"));
  fs.writeFileSync(readme, text);
}

main();
