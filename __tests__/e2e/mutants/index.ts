import { bridgeMutants } from "./bridge";
import { hostMutants } from "./host";
import { portConflictMutants } from "./port-conflict";
import type { LabMutants } from "./saboteur";

/** Every lab's saboteurs: one file a lab. A lab without any does not pass the tests. */
export const MUTANTS: readonly LabMutants[] = [hostMutants, bridgeMutants, portConflictMutants];
