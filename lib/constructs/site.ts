import { literal } from "./literal";
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

/**
 * At its first start a container writes its site, and serves it; whatever is changed of it later stays. The only words
 * that a shell reads: the site is an argument to them, and nginx's own variables stay nginx's.
 */
const SERVE = `[ -e ${SITE_FILE}.given ] || printf %s "$1" | tee ${SITE_FILE}.given >${SITE_FILE} && exec nginx -g "daemon off;"`;

/**
 * What a server's container runs. It brings its site along as an argument, since a file that is put into a container costs
 * the engine as much as all else until it can start it.
 */
export function serving(server: Pick<Server, "name" | "token" | "port">): string[] {
  return ["sh", "-c", SERVE, "sh", literal(siteOf(server))];
}
