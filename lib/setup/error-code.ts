/** The system's short word for what went wrong (`ENOENT`), or "" where there is none. */
export function errorCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
