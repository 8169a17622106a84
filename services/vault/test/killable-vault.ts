import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seedFileOf } from '@patchbay/local-servers';
import { readKeyFile, readSecretFile } from '@patchbay/service-kit';
import type { JobTimes } from '../src/jobs/ports.ts';
import { type KeyServiceConfig, startVault, type VaultConfig } from '../src/main.ts';
import type { NatsFixture } from './nats-fixture.ts';

/** Short, so that a vault goes on soon where a killed one stopped. */
const shortTimes: JobTimes = { takeoverMs: 400, beatMs: 20, retryMs: 50, settleMs: 300, overlapsMs: 100 };

export interface KillableVaultOptions {
  /** Left out: the fixture's local key file. */
  readonly keyService?: Extract<KeyServiceConfig, { provider: 'aws-kms' }>;
  readonly erasuresFile?: string;
}

/** Starts a vault with short times in a process of its own. Resolves when it serves. */
export async function forkVault(
  nats: NatsFixture,
  sealingSeed: string,
  instance: string,
  { keyService, erasuresFile }: KillableVaultOptions = {},
): Promise<ChildProcess> {
  const file = join(nats.dir, `${instance}.json`);
  writeFileSync(
    file,
    JSON.stringify({
      natsUrls: [nats.server.url],
      nkeySeed: readSecretFile(seedFileOf(nats.keys, 'vault')),
      logFile: join(nats.dir, `${instance}.log`),
      instance,
      macKeyFile: nats.keys.auditMacKeyFiles.vault,
      rootKeyFile: nats.keys.localKmsKeyFile,
      sealingSeed,
      keyService,
      rootsDir: nats.roots,
      erasuresFile: erasuresFile ?? null,
    }),
    { mode: 0o600 },
  );
  const child = fork(import.meta.filename, [file], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (first !== 'ready') throw new Error(`the vault ended with ${first}`);
  return child;
}

if (import.meta.main) {
  const { macKeyFile, rootKeyFile, keyService, ...config } = JSON.parse(
    readFileSync(process.argv[2] as string, 'utf8'),
  );
  await startVault({
    ...config,
    mode: 'development',
    logLevel: 'warn',
    auditMacKey: readKeyFile(macKeyFile),
    keyService: keyService ?? { provider: 'local', rootKey: readKeyFile(rootKeyFile) },
    connect: null,
    tenantPoliciesFile: null,
    trustedOrigins: [],
    dialOverride: null,
    jobTimes: shortTimes,
  } as VaultConfig);
  process.send?.('ready');
  // Whoever started it is gone.
  process.once('disconnect', () => process.exit());
}
