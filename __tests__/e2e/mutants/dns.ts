import { editedForLater, instead, type LabMutants, otherDocker, refused, type Saboteur } from "./saboteur";

const nameOf = (server: string): string => `labtest-dns-${server}`;
const LAN = nameOf("lan");
const unknown = ["fail", /no such name/] as const;
const elsewhere = ["fail", /10\.213\.86\.77/] as const;
const noControl = ["error", /control/] as const;

/** The server as the lab declares it, but for the aliases. */
const withAliases = (server: string, address: string, ...aliases: string[]): Promise<void> =>
  instead(
    nameOf(server),
    ...["--network", LAN, "--ip", address],
    ...aliases.flatMap((alias) => ["--network-alias", alias]),
  );

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web-1 has lost its aliases",
    breaks: [nameOf("web-1")],
    sabotage: () => withAliases("web-1", "10.213.86.2"),
    red: {
      "client/by-name": unknown,
      "client/by-qualified-name": unknown,
      "client/by-alias": ["fail", /./],
      "client/unknown-name": noControl,
      "stop-web-2/alias-shrinks": ["fail", /./],
      "stop-web-2/name-is-gone": noControl,
      "start-web-2/alias-grows": ["fail", /./],
    },
  },
  {
    name: "web-1 and web-2 have other addresses",
    sabotage: async () => {
      await withAliases("web-1", "10.213.86.77", "web-1", "pool");
      await withAliases("web-2", "10.213.86.78", "web-2", "pool");
    },
    red: {
      "client/reaches-by-name": ["fail", /sent to 10\.213\.86\.78[^]*another address is asked/],
      // Nobody has the address, which by UDP looks like silence.
      "client/neighbour-is-no-resolver": ["fail", /dropped, no answer in time/],
      "client/by-name": elsewhere,
      "client/by-container-name": elsewhere,
      "client/by-short-id": elsewhere,
      "client/by-qualified-name": elsewhere,
      "client/by-alias": elsewhere,
      "stop-web-2/alias-shrinks": elsewhere,
      "start-web-2/alias-grows": elsewhere,
    },
  },
  {
    name: "web-2 listens on another port",
    ...editedForLater(nameOf("web-2"), "s/listen .*/listen 81;/"),
    red: { "client/reaches-by-name": refused },
  },
  {
    name: "client is on the default bridge",
    breaks: [nameOf("client")],
    sabotage: () => instead(nameOf("client"), "--network", "bridge", "--dns", "127.0.0.1"),
    red: {
      "client/embedded-resolver": ["fail", /will not resolve/],
      "client/asks-by-udp": ["fail", /connection refused, udp 127\.0\.0\.11:53/],
      "client/neighbour-is-no-resolver": noControl,
      "client/by-name": unknown,
      "client/by-container-name": unknown,
      "client/by-short-id": unknown,
      "client/by-qualified-name": unknown,
      "client/by-alias": unknown,
      "client/reaches-by-name": ["fail", /no resolver knows the name/],
      "client/unknown-name": noControl,
      "stop-web-2/alias-shrinks": unknown,
      "stop-web-2/name-is-gone": noControl,
      "start-web-2/alias-grows": unknown,
    },
  },
  {
    name: "web-3 is called web-9 too",
    breaks: [nameOf("web-3")],
    sabotage: () => withAliases("web-3", "10.213.86.4", "web-3", "pool", "web-9"),
    red: { "client/unknown-name": ["fail", /./] },
  },
  {
    name: "on-host has another resolver",
    breaks: [nameOf("on-host")],
    sabotage: () => instead(nameOf("on-host"), "--network", "host", "--dns", "192.0.2.53"),
    red: { "on-host/hosts-resolver": ["fail", /the host has/] },
  },
  otherDocker("web-2 is not stopped", '"stop "*', "version", {
    "stop-web-2/alias-shrinks": ["fail", /./],
    "stop-web-2/name-is-gone": ["fail", /./],
  }),
];

export const dnsMutants: LabMutants = { lab: "dns", saboteurs: SABOTEURS, unbreakable: {} };
