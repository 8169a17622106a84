import { join } from 'node:path';
import { readSecretFile } from '@patchbay/service-kit';

/** The gateway's part in who connects to NATS. All of it secret. */
export interface CalloutConfig {
  /** NKey seeds of who answers servers, and of who ends connections. */
  readonly calloutSeed: string;
  readonly kickerSeed: string;
  /** What answers are signed by, and what questions are sealed to. */
  readonly issuerSeed: string;
  readonly xkeySeed: string;
}

/** The files of a directory as `ensureIdentityKeys` of local-servers makes it. @throws ConfigError */
export function readCallout(dir: string): CalloutConfig {
  return {
    calloutSeed: readSecretFile(join(dir, 'callout.nk')),
    kickerSeed: readSecretFile(join(dir, 'kicker.nk')),
    issuerSeed: readSecretFile(join(dir, 'issuer.seed')),
    xkeySeed: readSecretFile(join(dir, 'xkey.seed')),
  };
}
