import type { Server } from "../topology/server";

/** Where the official nginx image looks for sites. */
export const SITE_FILE = "/etc/nginx/conf.d/default.conf";

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
