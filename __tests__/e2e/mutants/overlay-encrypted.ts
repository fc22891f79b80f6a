import type { LabMutants } from "./saboteur";

const NOT_YET = "not broken on an engine yet: no kernel with ESP was at hand";

/** Nobody sabotages a lab that cannot be; what each probe takes for a failure is held by its own unit test. */
export const overlayEncryptedMutants: LabMutants = {
  lab: "overlay-encrypted",
  engines: [],
  saboteurs: [],
  unbreakable: {
    "web-1/reaches-by-address": NOT_YET,
    "web-1/reaches-by-name": NOT_YET,
    "web-2/reaches-by-address": NOT_YET,
    "web-2/reaches-by-name": NOT_YET,
    "web-1/sealed": NOT_YET,
    "web-1/mtu": NOT_YET,
  },
};
