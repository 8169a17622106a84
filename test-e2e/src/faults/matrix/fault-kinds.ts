import { diskFaults } from './disk-faults.ts';
import type { FaultKind } from './fault-kind.ts';
import { linkFaults } from './link-faults.ts';
import { natsFaults } from './nats-faults.ts';
import { processFaults } from './process-faults.ts';

/** Everything that the matrix does to Patchbay. */
export const faultKinds: readonly FaultKind[] = [...processFaults, ...natsFaults, ...linkFaults, ...diskFaults];
