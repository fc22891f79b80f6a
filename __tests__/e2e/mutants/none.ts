import {
  connect,
  controlSilent,
  editedForLater,
  idleInstead,
  instead,
  type LabMutants,
  noCurl,
  otherDocker,
  refused,
  type Saboteur,
  withoutProgram,
} from "./saboteur";

const [ALONE, STAGED, NEIGHBOUR] = ["labtest-none-alone", "labtest-none-staged", "labtest-none-neighbour"];
const someAddress = ["fail", /\d+\.\d+\.\d+\.\d+/] as const;

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "alone is on the default bridge",
    breaks: [ALONE],
    sabotage: () => instead(ALONE, "--network", "bridge"),
    red: {
      "alone/loopback-only": someAddress,
      "alone/no-routes": ["fail", /./],
      "alone/no-address": ["fail", /not in none mode/],
      "alone/reaches-nobody": ["fail", /not in the expected way/],
      "alone/connection-refused": ["fail", /could do what it must not|it ends in another way/],
    },
  },
  {
    name: "alone is in host mode",
    breaks: [ALONE],
    sabotage: () => idleInstead(ALONE, "host"),
    red: {
      "alone/own-namespace": ["fail", /not separated/],
      "alone/loopback-only": someAddress,
      "alone/no-routes": ["fail", /./],
      "alone/no-address": ["fail", /not in none mode/],
      "alone/answers-itself": refused,
      "alone/reaches-nobody": controlSilent,
      "alone/connection-refused": ["fail", /it ends in another way/],
    },
  },
  {
    name: "neighbour listens on another port",
    ...editedForLater(NEIGHBOUR, "s/listen .*/listen 81;/"),
    red: { "neighbour/answers": refused, "plug/reaches-neighbour": refused },
  },
  {
    name: "staged is on the default bridge too",
    ...connect("bridge", STAGED),
    red: {
      "unplug/loopback-only": someAddress,
      "unplug/reaches-nobody": ["fail", /not in the expected way/],
    },
  },
  otherDocker("staged is not connected again", '"network connect"*staged', "version", {
    "plug/reaches-neighbour": ["fail", /./],
  }),
  withoutProgram("curl", {
    "alone/answers-itself": noCurl,
    "alone/reaches-nobody": noCurl,
    "neighbour/answers": noCurl,
    "unplug/reaches-nobody": noCurl,
    "plug/reaches-neighbour": noCurl,
  }),
];

export const noneMutants: LabMutants = { lab: "none", saboteurs: SABOTEURS, unbreakable: {} };
