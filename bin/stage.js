/**
 * A stage that Terraform runs is done by the `lab` command that runs Terraform: it is there already, with everything
 * loaded, and a second start of the program would take longer than the stage itself. Under the cdktf command there is
 * none, and the stage is done here.
 */
"use strict";
const net = require("net");

/** Names the socket of the `lab` command that runs Terraform. */
const VARIABLE = "LAB_STAGE_SOCKET";
const unfit = 3;

/**
 * Has a stage done by whoever listens at `socket`; hands on what is said meanwhile.
 * @returns {Promise<number | undefined>} the exit code, or undefined when nobody listens there
 */
function handOver(socket, stage, folder) {
  return new Promise((resolve) => {
    let exit = unfit;
    let begun = false;
    let rest = "";
    const connection = net.connect(socket);
    connection.setEncoding("utf8");
    connection.on("connect", () => {
      begun = true;
      connection.write(`${JSON.stringify({ stage, folder })}\n`);
    });
    connection.on("data", (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const said = JSON.parse(line);
        if (said.print !== undefined) process.stdout.write(said.print);
        if (said.say !== undefined) process.stderr.write(said.say);
        if (said.exit !== undefined) exit = said.exit;
      }
    });
    // Without an exit code the command has ended in the middle: then nothing is known of the stage.
    connection.on("error", () => resolve(begun ? exit : undefined));
    connection.on("end", () => resolve(exit));
  });
}

module.exports = { VARIABLE, handOver };
