import { type DeployedLab, hostListener } from "../checks/deployed";
import type { Traces } from "../checks/leftovers";
import type { Execute } from "../checks/toolbox";
import { EVERY_ADDRESS, type HostListener } from "../topology/publication";

const TIMEOUT_MS = 4000;

/** Looks for what a lab leaves on the host if its teardown went wrong: answers and packet filter rules. */
export async function traces(lab: Pick<DeployedLab, "servers">, execute: Execute): Promise<Traces> {
  const [{ stdout }, ...answering] = await Promise.all([
    execute(["iptables-save"], TIMEOUT_MS),
    ...lab.servers.map(async (server) => {
      const answers = await Promise.all(server.ports.map((entry) => ask(hostListener(entry), execute)));
      return answers.some((body) => body.includes(server.token)) ? [server.name] : [];
    }),
  ]);
  return { answering: answering.flat(), rules: stdout.split("\n").filter((line) => line.startsWith("-A ")) };
}

async function ask({ port, on }: HostListener, execute: Execute): Promise<string> {
  const url = `http://${on === EVERY_ADDRESS ? "127.0.0.1" : on}:${String(port)}/`;
  return (await execute(["curl", "-4", "-sS", "--noproxy", "*", "--max-time", "2", url], TIMEOUT_MS)).stdout;
}
