import { docker } from "../project";
import {
  closeFilter,
  connect,
  controlSilent,
  editedForLater,
  instead,
  type LabMutants,
  openFilter,
  otherDocker,
  refused,
  type Reversible,
  type Saboteur,
} from "./saboteur";

const nameOf = (part: string): string => `labtest-isolation-${part}`;
const answered = ["fail", /something answers where nothing should/] as const;
const another = (server: string): Reversible => editedForLater(nameOf(server), "s/listen .*/listen 81;/");

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "a rule lets everything pass",
    sabotage: () => openFilter(),
    mend: () => closeFilter(),
    mended: true,
    red: {
      "east-1/not-west": answered,
      "west-1/not-east": answered,
      "vault-1/way-out-closed": answered,
      "vault-1/not-reached-from-east": answered,
      "stranger-1/not-its-neighbour": answered,
      "connect/others-still-not": answered,
      "disconnect/dropped-again": answered,
    },
  },
  {
    name: "east-2 listens on another port",
    ...another("east-2"),
    red: {
      "east-1/reaches-neighbour": refused,
      "east-1/not-west": controlSilent,
      "east-1/no-name-of-west": controlSilent,
      "vault-1/not-reached-from-east": controlSilent,
      "disconnect/dropped-again": controlSilent,
    },
  },
  {
    name: "west-1 is on network east too",
    sabotage: () => docker("network", "connect", "--alias", "west-1", nameOf("east"), nameOf("west-1")),
    red: {
      "west-1/not-east": answered,
      "east-1/no-name-of-west": answered,
      "connect/reaches-west": ["fail", /sent from 10\.213\.88\.11\n/],
    },
  },
  {
    name: "west-1 listens on another port",
    ...another("west-1"),
    red: { "west-1/not-east": controlSilent, "west-1/reached-by-host": refused, "connect/reaches-west": refused },
  },
  {
    name: "vault-2 listens on another port",
    ...another("vault-2"),
    red: {
      "vault-1/reaches-neighbour": refused,
      "vault-1/no-way-out": controlSilent,
      "vault-1/way-out-closed": controlSilent,
    },
  },
  {
    name: "vault-1 is on network east too",
    ...connect(nameOf("east"), nameOf("vault-1")),
    // Before Engine 26 it is the second of these that is asked.
    red: { "vault-1/no-way-out": answered, "vault-1/way-out-closed": answered },
  },
  {
    name: "stranger-2 has lost its name, and its address",
    sabotage: () => instead(nameOf("stranger-2"), "--network", nameOf("strangers"), "--ip", "10.213.91.13"),
    red: {
      "stranger-1/knows-its-neighbour": ["fail", /no such name/],
      "stranger-1/finds-its-mac": ["fail", /nobody on the link answers for/],
      // Nobody has the address: that is another failure than to be dropped.
      "stranger-1/not-its-neighbour": ["fail", /it fails, but not in the expected way/],
      "stranger-2/reached-by-host": ["fail", /What is wrong: container \S+ has the address 10\.213\.91\.13, not/],
    },
  },
  otherDocker(
    "east-1 is connected with west, and the engine chooses its address",
    '"network connect"*',
    `network connect ${nameOf("west")} ${nameOf("east-1")}`,
    { "connect/reaches-west": ["fail", /sent from 10\.213\.89\.\d+\n.*the request leaves by another address/] },
  ),
  otherDocker("east-1 is not connected with west", '"network connect"*', "version", {
    "connect/reaches-west": ["fail", /no resolver knows the name/],
    "disconnect/dropped-again": ["error", /is not connected to/],
  }),
  otherDocker("east-1 is not disconnected from west", '"network disconnect"*', "version", {
    "disconnect/dropped-again": answered,
  }),
];

export const isolationMutants: LabMutants = { lab: "isolation", saboteurs: SABOTEURS, unbreakable: {} };
