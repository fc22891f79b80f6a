import type { LabMutants } from "./saboteur";

const NOT_YET = "not broken on an engine yet: no kernel with ipvlan was at hand";

/** Nobody sabotages a lab that cannot be; what each probe takes for a failure is held by its own unit test. */
export const ipvlanMutants: LabMutants = {
  lab: "ipvlan",
  engines: [],
  saboteurs: [],
  unbreakable: {
    "web-1/ipvlan": NOT_YET,
    "web-4/ipvlan": NOT_YET,
    "peer/sees-hosts-mac": NOT_YET,
    "peer/reaches-web-1": NOT_YET,
    "web-1/reaches-peer": NOT_YET,
    "web-1/reaches-web-2": NOT_YET,
    "host-a/blocked": NOT_YET,
    "web-1/other-subnet": NOT_YET,
    "web-4/other-subnet": NOT_YET,
    "web-4/device-route": NOT_YET,
    "web-4/no-arp": NOT_YET,
    "host-a/one-network": NOT_YET,
  },
};
