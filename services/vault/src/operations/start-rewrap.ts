import { everyTenant, type VaultJob } from '@patchbay/contracts';
import type { KeyService } from '../encryption/key-service.ts';
import { type StartJobPorts, startJob } from '../jobs/start-job.ts';
import type { Caller } from './ports.ts';

export interface StartRewrapPorts extends StartJobPorts {
  readonly keyService: Pick<KeyService, 'keyId'>;
}

/** Starts to wrap every tenant key under the configured wrapping key. Errors as of `startJob`. */
export function startRewrap(ports: StartRewrapPorts) {
  return async (caller: Caller): Promise<{ job: VaultJob }> => ({
    job: await startJob(ports, { tenant: everyTenant, kind: 'rewrap_keys', targetKey: ports.keyService.keyId }, caller),
  });
}
