import { quoted } from "./shell";

/**
 * A host whose key is not known yet is refused, and nobody is asked for a password: a lab's programs have no terminal to
 * ask at. Keys, known hosts and ways around corners are what the user's own ssh configuration says.
 */
export const SSH_OPTIONS = ["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=10"];

/** Whether an engine is reached by ssh. */
export function isSsh(engine: string): boolean {
  return engine.startsWith("ssh://");
}

/** The program that runs a command on the machine at `ssh://user@host:port`: the command's words follow, each quoted. */
export function sshTo(address: string): string[] {
  const { username, hostname, port } = new URL(address);
  const at = username === "" ? hostname : `${username}@${hostname}`;
  return ["ssh", ...SSH_OPTIONS, ...(port === "" ? [] : ["-p", port]), at];
}

/** A command's words as the machine's shell gets them, which joins them with blanks. */
export function sshWord(word: string): string {
  return quoted(word);
}

/** The command that is run there, or here where no ssh leads elsewhere. */
export function withoutSsh(argv: readonly string[]): readonly string[] {
  if (argv[0] !== "ssh") return argv;
  const options = argv.includes("-p") ? 2 : 0;
  return argv.slice(1 + SSH_OPTIONS.length + options + 1);
}
