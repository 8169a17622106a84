import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import type { TestServers } from '@patchbay/testkit';

/** A service as a process of its own, as it runs in an installation. */
export interface ServiceProcess {
  readonly pid: number;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Lets it drain. */
  stop(): Promise<void>;
  /** Everything that it logged. */
  log(): string;
}

const services = fileURLToPath(new URL('../../', import.meta.url));

/** Starts a service and resolves when it says that it is ready. */
export async function startServiceProcess(
  servers: TestServers,
  service: ServiceName,
  instance: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const { keys } = servers;
  const logFile = join(servers.dir, `${instance}.log`);
  const child: ChildProcess = fork(join(services, service, 'src', 'main.ts'), [], {
    env: {
      PATH: process.env.PATH ?? '',
      PATCHBAY_NATS_URLS: servers.natsUrls.join(','),
      PATCHBAY_NKEY_SEED_FILE: seedFileOf(keys, service),
      PATCHBAY_MODE: 'development',
      PATCHBAY_LOG_LEVEL: 'debug',
      PATCHBAY_LOG_FILE: logFile,
      PATCHBAY_INSTANCE: instance,
      PATCHBAY_AUDIT_MAC_KEY_FILE: keys.auditMacKeyFiles[service],
      ...(service === 'vault' && {
        PATCHBAY_KMS_PROVIDER: 'local',
        PATCHBAY_LOCAL_KMS_KEY_FILE: keys.localKmsKeyFile,
        PATCHBAY_VAULT_XKEY_SEED_FILE: keys.vaultXkeySeedFile,
        PATCHBAY_VAULT_ROOTS_DIR: join(servers.dir, 'roots'),
      }),
      ...variables,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-sigusr1'],
  });
  const exited = once(child, 'exit');
  const first = await Promise.race([once(child, 'message').then(() => null), exited]);
  if (first !== null) throw new Error(`${instance} did not start: exit ${first[0] ?? first[1]}`);
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid as number,
    kill: end('SIGKILL'),
    stop: end('SIGTERM'),
    log: () => readFileSync(logFile, 'utf8'),
  };
}
