import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seedFileOf } from '@patchbay/local-servers';
import type { NatsFixture } from './nats-fixture.ts';

export interface VaultProcess {
  readonly child: ChildProcess;
  /** What it logged so far. */
  log(): string;
  /** Ends it as an operator does, and waits. */
  stop(): Promise<void>;
}

/** A vault in a process of its own, over real NATS, with a key file of the fixture's. Resolves when it serves. */
export async function startVaultProcess(
  nats: NatsFixture,
  instance: string,
  variables: Readonly<Record<string, string>> = {},
  { coresIn }: { readonly coresIn?: string } = {},
): Promise<VaultProcess> {
  const logFile = join(nats.dir, `${instance}.log`);
  const program = [process.execPath, join(import.meta.dirname, '../src/main.ts')];
  // Under a shell that lets core files be, where one is to be looked for.
  const allow = ['/bin/sh', '-c', 'ulimit -c "$(ulimit -Hc)"; exec "$0" "$@"'];
  const [file = '', ...args] = coresIn === undefined ? program : [...allow, ...program];
  const child = spawn(file, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    ...(coresIn !== undefined && { cwd: coresIn }),
    env: {
      ...process.env,
      PATCHBAY_NATS_URLS: nats.server.url,
      PATCHBAY_NKEY_SEED_FILE: seedFileOf(nats.keys, 'vault'),
      PATCHBAY_AUDIT_MAC_KEY_FILE: nats.keys.auditMacKeyFiles.vault,
      PATCHBAY_MODE: 'development',
      PATCHBAY_LOG_FILE: logFile,
      PATCHBAY_INSTANCE: instance,
      PATCHBAY_KMS_PROVIDER: 'local',
      PATCHBAY_LOCAL_KMS_KEY_FILE: nats.keys.localKmsKeyFile,
      PATCHBAY_VAULT_XKEY_SEED_FILE: nats.keys.vaultXkeySeedFile,
      PATCHBAY_VAULT_ROOTS_DIR: nats.roots,
      ...variables,
    },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const log = () => {
    try {
      return readFileSync(logFile, 'utf8');
    } catch {
      return '';
    }
  };
  for (let i = 0; !log().includes('vault ready'); i++) {
    if (child.exitCode !== null || i > 600) throw new Error(`the vault did not start:\n${log()}`);
    await delay(50);
  }
  return {
    child,
    log,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
