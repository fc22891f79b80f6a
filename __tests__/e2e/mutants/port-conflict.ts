import { docker } from "../project";
import {
  controlSilent,
  editedForLater,
  gone,
  impostor,
  type LabMutants,
  otherDocker,
  refused,
  type Saboteur,
} from "./saboteur";

const [WEB1, WEB2, APART] = ["web1", "web2", "apart"].map((name) => `labtest-port-conflict-${name}`) as [
  string,
  string,
  string,
];

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web1 listens on another port, so that web2 gets this one",
    ...editedForLater(WEB1, "s/listen .*/listen 18499;/"),
    red: {
      "web1/answers": impostor,
      "web1/owner": ["fail", /no process of/],
      "web2/gave-up": ["fail", /web2 runs/],
      "kill-web1/port-closed": ["fail", /something answers where nothing should/],
    },
  },
  {
    name: "web2 listens on another port",
    ...editedForLater(WEB2, "s/listen .*/listen 18499;/"),
    red: {
      "web2/gave-up": ["fail", /web2 runs/],
      "start-web2/web2-answers": refused,
      "start-web2/web2-owner": ["fail", /nothing listens on TCP port/],
    },
  },
  {
    name: "web2 gives up for another reason",
    ...editedForLater(WEB2, "s/listen .*/listens;/"),
    red: {
      "web2/gave-up": ["fail", /it ended for another reason/],
      "start-web2/web2-answers": refused,
      "start-web2/web2-owner": gone,
    },
  },
  {
    name: "web2 comes back by itself",
    sabotage: () => docker("update", "--restart", "always", WEB2),
    red: {
      "web2/gave-up": ["fail", /it should have ended by itself/],
      // Refused at first: whoever looks once is content.
      "kill-web1/port-closed": ["fail", /something answers where nothing should/],
    },
  },
  {
    name: "apart listens on another port",
    ...editedForLater(APART, "s/listen .*/listen 81;/"),
    red: { "apart/answers": refused, "kill-web1/port-closed": controlSilent },
  },
  otherDocker("web1 is asked to end, not killed", '"kill --signal KILL"*', 'kill --signal QUIT "$4"', {
    "kill-web1/exit-code": ["fail", /exit code 0/],
  }),
  otherDocker("web1 cannot be killed", '"kill --signal KILL"*', 'kill --signal KILL "no-$4"', {
    "kill-web1/exit-code": ["error", /No such container: no-labtest-port-conflict-web1/],
    "kill-web1/port-closed": ["error", /No such container/],
    "start-web2/web2-answers": ["skip", /not run: step kill-web1 could not be done/],
    "start-web2/web2-owner": ["skip", /not run: step kill-web1 could not be done/],
  }),
];

export const portConflictMutants: LabMutants = { lab: "port-conflict", saboteurs: SABOTEURS, unbreakable: {} };
