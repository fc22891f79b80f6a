/** Names the socket of the `lab` command that runs Terraform. */
export const VARIABLE: string;
/** @returns the exit code, or undefined when nobody listens there */
export function handOver(socket: string, stage: string, folder: string): Promise<number | undefined>;
