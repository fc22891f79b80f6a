import type { SwarmService } from "../topology/swarm-service";
import type { Server } from "../topology/server";

/** Where the official nginx image looks for sites. */
export const SITE_FILE = "/etc/nginx/conf.d/default.conf";

/** The name of the machine that nginx runs on: what a task of a service is given as its host's name. */
const OWN_HOSTNAME = "$hostname";

/**
 * The same for the tasks of a service, which answer in the service's name, or each by the host name that it was given.
 * On one line, to be typed.
 */
export function siteOfTasks({
  name,
  token,
  tasksDiffer,
}: Pick<SwarmService, "name" | "token" | "tasksDiffer">): string {
  const site = siteOf({ name: tasksDiffer ? OWN_HOSTNAME : name, token, port: 80 });
  return site.replaceAll(/\s+/g, " ").trim();
}

/**
 * The nginx configuration of a server: every answer names the server and its token, and tells which address the
 * request seemed to come from (which shows address translation). Both in the headers too, for who asks for no more.
 */
export function siteOf({ name, token, port }: Pick<Server, "name" | "token" | "port">): string {
  return `server {
  listen ${String(port)};
  server_name _;
  default_type text/plain;
  add_header X-Lab-Server "${name} ${token}" always;
  add_header X-Lab-Peer $remote_addr always;
  location / {
    return 200 "${name} ${token}\\n";
  }
}
`;
}
