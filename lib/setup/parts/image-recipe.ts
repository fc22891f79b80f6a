import { createHash } from "node:crypto";

/**
 * The image that set-up builds from Debian's packages where no registry can be reached. nginx behaves in it as it does
 * in the official image: the same folders, the same configuration, logs on the container's output, the same signal to
 * stop. The tools for looking at networks are in it too, so that one image serves as server and as toolbox.
 */

const PACKAGES = [
  // the server
  "nginx",
  // the tools
  "bind9-dnsutils",
  "curl",
  "iperf3",
  "iproute2",
  "iptables",
  "iputils-ping",
  "net-tools",
  "netcat-openbsd",
  "procps",
  "tcpdump",
  // what they and an entrypoint stand on
  "base-files",
  "bash",
  "coreutils",
  "dash",
  "debianutils",
  "grep",
  "hostname",
  "libc-bin",
  "netbase",
  "sed",
  "util-linux",
];

/** Nothing of this is ever read in a container, and it is half of the size. Perl only served the packages' own scripts. */
export const REMOVED = [
  "usr/share/bash-completion",
  "usr/share/doc",
  "usr/share/info",
  "usr/share/lintian",
  "usr/share/locale",
  "usr/share/man",
  "usr/share/perl",
  "usr/share/perl5",
  "usr/lib/x86_64-linux-gnu/perl",
  "usr/lib/aarch64-linux-gnu/perl",
  "var/cache/apt",
  "var/lib/apt",
  "var/cache/debconf",
  "etc/nginx/sites-available",
  "etc/nginx/sites-enabled",
];

/** What the packages' own scripts would have made; they are not run, since nothing is installed, only unpacked. */
const FOLDERS: Readonly<Record<string, number>> = {
  "docker-entrypoint.d": 0o755,
  proc: 0o555,
  sys: 0o555,
  dev: 0o755,
  run: 0o755,
  tmp: 0o1777,
  "var/tmp": 0o1777,
  "var/cache/nginx": 0o755,
  "var/lib/nginx": 0o755,
  "var/log/nginx": 0o755,
};

const LINKS: Readonly<Record<string, string>> = {
  "var/log/nginx/access.log": "/dev/stdout",
  "var/log/nginx/error.log": "/dev/stderr",
  "usr/bin/nc": "/bin/nc.openbsd",
  ...Object.fromEntries(
    ["iptables", "ip6tables"].flatMap((program) =>
      ["", "-save", "-restore"].map((suffix) => [`usr/sbin/${program}${suffix}`, "xtables-nft-multi"]),
    ),
  ),
};

const USERS = `root:x:0:0:root:/root:/bin/bash
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nginx:x:101:101:nginx user:/nonexistent:/bin/false
tcpdump:x:102:102::/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;

const GROUPS = `root:x:0:
adm:x:4:
tty:x:5:
www-data:x:33:
nginx:x:101:
tcpdump:x:102:
nogroup:x:65534:
`;

const NGINX = `user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
`;

const DEFAULT_SERVER = `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

const ERROR_PAGE = `<!DOCTYPE html>
<html>
<head><title>Error</title></head>
<body><h1>An error occurred.</h1></body>
</html>
`;

/** As in the official image, scripts of /docker-entrypoint.d run before nginx does, and nginx takes their place. */
const ENTRYPOINT = `#!/bin/sh
set -e
if [ "$1" = nginx ]; then
  for script in /docker-entrypoint.d/*.sh; do
    if [ -x "$script" ]; then "$script"; fi
  done
fi
exec "$@"
`;

/** IPv6 only where the kernel has it: nginx does not start when it cannot listen. A changed configuration is left alone. */
const LISTEN_ON_IPV6 = `#!/bin/sh
set -e
conf=/etc/nginx/conf.d/default.conf
if [ -f /proc/net/if_inet6 ] && [ -w "$conf" ] &&
  [ "$(cat "$conf")" = "$(cat /usr/share/nginx/default.conf)" ]; then
  sed -i 's/listen       80;/listen       80;\\n    listen  [::]:80;/' "$conf"
fi
`;

const FILES: Readonly<Record<string, { readonly content: string; readonly mode?: number }>> = {
  "etc/passwd": { content: USERS },
  "etc/group": { content: GROUPS },
  "etc/shadow": { content: "root:*:19000:0:99999:7:::\n", mode: 0o600 },
  "etc/nsswitch.conf": {
    content: "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
  },
  // The engine mounts its own over these.
  "etc/resolv.conf": { content: "" },
  "etc/hostname": { content: "localhost\n" },
  "etc/nginx/nginx.conf": { content: NGINX },
  "etc/nginx/conf.d/default.conf": { content: DEFAULT_SERVER },
  "usr/share/nginx/default.conf": { content: DEFAULT_SERVER },
  "usr/share/nginx/html/50x.html": { content: ERROR_PAGE },
  "docker-entrypoint.sh": { content: ENTRYPOINT, mode: 0o755 },
  "docker-entrypoint.d/10-listen-on-ipv6-by-default.sh": { content: LISTEN_ON_IPV6, mode: 0o755 },
};

/**
 * No EXPOSE, other than in the official image: what nginx listens on is said by its configuration, which a lab may
 * change; and what is published, by the lab. An exposed port would be a second statement, and sometimes a wrong one.
 */
const METADATA = [
  "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "STOPSIGNAL SIGQUIT",
  'ENTRYPOINT ["/docker-entrypoint.sh"]',
  'CMD ["nginx", "-g", "daemon off;"]',
];

/** How an image is made of Debian's packages, which are unpacked and not installed. */
export interface ImageRecipe {
  readonly packages: readonly string[];
  /** Paths that are taken away again. */
  readonly removed: readonly string[];
  /** Folders, with their permissions. */
  readonly folders: Readonly<Record<string, number>>;
  /** Symbolic links, with their targets. */
  readonly links: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, { readonly content: string; readonly mode?: number }>>;
  /** Lines of a Dockerfile: what the image says of itself. */
  readonly metadata: readonly string[];
}

export const recipe: ImageRecipe = {
  packages: PACKAGES,
  removed: REMOVED,
  folders: FOLDERS,
  links: LINKS,
  files: FILES,
  metadata: METADATA,
};

/** The label that tells which recipe an image was made by: another version is another image. */
export const RECIPE_LABEL = "docker-network-labs.recipe";
/** The label that tells what it was made from. */
export const ORIGIN_LABEL = "docker-network-labs.built-from";

export function versionOf(made: ImageRecipe): string {
  return createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, 12);
}

export const recipeVersion = versionOf(recipe);
