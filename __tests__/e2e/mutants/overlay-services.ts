import {
  controlSilent,
  createAsTold,
  createOtherwise,
  disguise,
  impostorOf,
  type LabMutants,
  on,
  type Saboteur,
} from "./saboteur";

const [A, B] = ["labtest-overlay-services-host-a", "labtest-overlay-services-host-b"];
const [WEB_1, WEB_2] = ["labtest-overlay-services-web-1", "labtest-overlay-services-web-2"];
const BLUE = "labtest-overlay-services-blue";
const STRANGER = "labtest-stranger";

const answersThough = ["fail", /something answers where nothing should/] as const;
const notThoseAlone = ["fail", /is somebody else's/] as const;

const NO_IPVS = "not broken on an engine yet: its saboteur has not run on a kernel with IPVS";

/** On host-a, which manages the swarm. */
const servicesOtherwise = (script: string): Promise<void> => createOtherwise(A, "service", script);
const servicesAsTold = (): Promise<void> => createAsTold(A);

/** Somebody who is not the lab's, on one of the engines. */
async function stranger(engine: string, args: readonly string[], ...command: string[]): Promise<void> {
  const image = await on(engine, "inspect", "--format", "{{.Config.Image}}", engine === A ? WEB_1 : WEB_2);
  await on(engine, "run", "--detach", "--name", STRANGER, ...args, image, ...command);
}

const web2 = disguise([B, WEB_2]);

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web-2 and all tasks say that they are somebody else",
    sabotage: async () => {
      await web2.sabotage();
      await servicesOtherwise(`exec $real "\${@/return 200 \\"/return 200 \\"not-}"`);
    },
    mend: async () => {
      await servicesAsTold();
      await web2.mend();
    },
    mended: true,
    red: {
      "web-1/reaches-web-2": impostorOf(),
      "create-services/spread-on-host-a-answers": impostorOf(),
      "create-services/spread-on-host-b-answers": impostorOf(),
      "create-services/balanced-on-host-a-answers": impostorOf(),
      "create-services/balanced-on-host-b-answers": impostorOf(),
      "create-services/balanced-answers": impostorOf(),
      "create-services/balanced-unreachable": controlSilent,
      "publish-ports/local-on-host-b-answers": impostorOf(),
      "publish-ports/local-on-host-a-refused": controlSilent,
      "publish-ports/mesh-on-host-a-answers": impostorOf(),
      "publish-ports/mesh-on-host-a-refused": controlSilent,
      "publish-ports/mesh-on-host-b-answers": impostorOf(),
      "publish-ports/mesh-on-host-b-refused": controlSilent,
    },
  },
  {
    name: "spread gets an address of its own, and balanced's tasks are called balanced, too",
    sabotage: () =>
      servicesOtherwise(
        `case "$*" in
*"--name spread "*) exec $real "\${@/dnsrr/vip}";;
*"--name balanced "*) exec $real "\${@:1:2}" --hostname balanced "\${@:3}";;
esac`,
      ),
    mend: servicesAsTold,
    mended: true,
    red: {
      "create-services/spread-means-its-tasks": ["fail", /is missing.*is somebody else's/],
      "create-services/balanced-means-one": notThoseAlone,
      // The tasks are asked by the same name: one of them answers, or the virtual address has taken the time.
      "create-services/balanced-unreachable": ["fail", /something answers|curl exit 28/],
    },
  },
  {
    name: "somebody on the network goes by the names of all tasks",
    sabotage: () => {
      const names = ["spread", "tasks.spread", "tasks.balanced"].flatMap((name) => ["--network-alias", name]);
      return stranger(A, ["--network", BLUE, ...names], "sleep", "600");
    },
    mend: () => on(A, "rm", "--force", STRANGER),
    mended: true,
    red: {
      "create-services/spread-means-its-tasks": notThoseAlone,
      "create-services/spread-tasks": notThoseAlone,
      "create-services/balanced-tasks": notThoseAlone,
    },
  },
  {
    name: "on either host somebody has a port that is to be closed",
    sabotage: async () => {
      await stranger(A, ["--publish", "8080:80", "--publish", "8081:80"]);
      await stranger(B, ["--publish", "8080:80"]);
    },
    mend: async () => {
      for (const engine of [A, B]) await on(engine, "rm", "--force", STRANGER);
    },
    mended: true,
    red: {
      "publish-ports/local-on-host-a-refused": answersThough,
      "publish-ports/mesh-on-host-a-refused": answersThough,
      "publish-ports/mesh-on-host-b-refused": answersThough,
    },
  },
];

export const overlayServicesMutants: LabMutants = {
  lab: "overlay-services",
  engines: [A, B],
  saboteurs: SABOTEURS,
  cells: [80, 108, 136],
  everyLookIsLong: true,
  unbreakable: {
    "create-services/balanced-answers": NO_IPVS,
    "publish-ports/mesh-on-host-a-answers": NO_IPVS,
    "publish-ports/mesh-on-host-b-answers": NO_IPVS,
  },
};
