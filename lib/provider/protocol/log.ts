/** A line on stderr as Terraform's plugin host reads it; it shows with TF_LOG. */
export function log(level: "debug" | "info" | "warn" | "error", message: string): void {
  process.stderr.write(`${JSON.stringify({ "@level": level, "@message": message })}\n`);
}
