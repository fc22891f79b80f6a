import { controlSilent, disguise, impostorOf, type LabMutants, otherDocker, otherVni, type Saboteur } from "./saboteur";

const [A, B] = ["labtest-overlay-restart-host-a", "labtest-overlay-restart-host-b"];
const server = (name: string): string => `labtest-overlay-restart-${name}`;

const answersThough = ["fail", /something answers where nothing should/] as const;
const noWay = ["fail", /curl exit (?:7|28)/] as const;
const otherNode = ["fail", /it ends in another way/] as const;

const MEETINGS = ["reaches-web-2", "reaches-web-2-by-name", "reaches-web-4", "reaches-web-4-by-name"];
/** All requests from host to host, at the beginning and after steps. */
const ACROSS = [
  ...MEETINGS.map((one) => `web-1/${one}`),
  ...["web-2/reaches-web-1", "web-2/reaches-web-1-by-name"],
  ...["start-host-b/web-1-reaches-web-2", "start-host-b/web-1-reaches-web-2-by-name"],
  ...["start-host-b/web-2-reaches-web-1", "start-host-b/web-2-reaches-web-1-by-name"],
  ...["start-web-4/web-1-reaches-web-4", "start-web-4/web-1-reaches-web-4-by-name"],
];
const across = (verdict: readonly ["fail", RegExp]): Saboteur["red"] =>
  Object.fromEntries(ACROSS.map((id) => [id, verdict]));

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web-1, web-2 and web-4 say that they are somebody else",
    ...disguise([A, server("web-1")], [B, server("web-2")], [B, server("web-4")]),
    red: {
      ...across(impostorOf()),
      "stop-host-b/web-3-reaches-web-1": impostorOf(),
      "stop-host-b/web-2-has-no-name": controlSilent,
      "stop-host-b/web-2-unreachable": controlSilent,
      "start-host-b/web-4-has-no-name": controlSilent,
    },
  },
  otherDocker("host-b does not stop", `*"stop --time 20 ${B}"*`, "version", {
    "stop-host-b/web-2-has-no-name": answersThough,
    "stop-host-b/web-2-unreachable": answersThough,
    "stop-host-b/host-b-down": otherNode,
    "start-host-b/web-4-has-no-name": answersThough,
  }),
  // That host-b takes part in the swarm is what each server on it needs to be started: so the others would not even begin.
  otherDocker(
    "the manager tells of managers alone",
    `*" node ls "*`,
    `exec ${A} docker node ls --filter role=manager`,
    {
      "host-b/ready": otherNode,
      "stop-host-b/host-b-down": otherNode,
      "start-host-b/host-b-ready": otherNode,
    },
  ),
  {
    name: "host-a's tunnel has another VNI",
    sabotage: () => otherVni(A, server("blue"), 5001),
    ruins: true,
    red: {
      ...across(noWay),
      "blue/vxlan": ["fail", /host-a: VNI 5001, .*host-b: VNI 4097/],
      "start-host-b/same-vni": ["fail", /host-a: VNI 5001, .*host-b: VNI 4097/],
      "start-host-b/web-4-has-no-name": controlSilent,
    },
  },
];

export const overlayRestartMutants: LabMutants = {
  lab: "overlay-restart",
  engines: [A, B],
  saboteurs: SABOTEURS,
  everyLookIsLong: true,
  unbreakable: {},
};
