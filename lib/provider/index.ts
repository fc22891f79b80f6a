/** The embedded Terraform provider: hosted in this process, or laid out as a mirror. See README.md. */
export { hostProviders, type HostedProviders } from "./host";
export { lockFile, writeMirror } from "./mirror";
