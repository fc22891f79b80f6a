import { messageOf } from "../protocol/diagnostic";

/** Why a file or folder could not be read, as Go words it: people know that from the real provider and from Docker. */
export function whyUnread(file: string, problem: unknown): string {
  switch ((problem as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return `open ${file}: no such file or directory`;
    case "EACCES":
      return `open ${file}: permission denied`;
    case "EISDIR":
      return `read ${file}: is a directory`;
    default:
      return messageOf(problem);
  }
}
