import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureIdentityKeys, type LocalKeys } from '@patchbay/local-servers';
import { docker } from './docker.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A container of the stack. */
export interface Container {
  readonly id: string;
  /** Of the compose file. */
  readonly service: string;
  /** `<service>-<number>`. */
  readonly name: string;
}

export interface ComposeOptions {
  /** Of its containers, networks and volumes, apart from anybody else's. */
  readonly project: string;
  /** Compose files, from the repository's root. */
  readonly files: readonly string[];
  readonly image: string;
  readonly tenant: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Patchbay as `docker compose up --wait` starts it, with volumes of its own. */
export interface ComposeStack {
  /** Milliseconds from the command to everything being healthy. */
  readonly upMs: number;
  readonly keys: LocalKeys;
  /** Running containers, in the order of their names. */
  containers(): Promise<Container[]>;
  logs(service: string): Promise<string>;
  /** SIGKILL, as the kernel would, and after `downMs` a start. Resolves when it is healthy again. */
  kill(container: Container, downMs: number): Promise<void>;
  /** SIGTERM, its grace, and a start. Resolves when it is healthy again. */
  restart(container: Container): Promise<void>;
  /** Removes containers, networks and volumes. */
  down(): Promise<void>;
}

/** Seconds that a container has to become healthy again on a busy machine. */
const healthyWithinS = 180;

export async function composeUp({ project, files, image, tenant, env = {} }: ComposeOptions): Promise<ComposeStack> {
  const own = { PATCHBAY_IMAGE: image, PATCHBAY_TENANTS: tenant, ...env };
  const where = ['--project-directory', root, '-p', project, ...files.flatMap((file) => ['-f', join(root, file)])];
  const compose = (...args: string[]) => docker(['compose', ...where, ...args], own);
  const keysDir = mkdtempSync(join(tmpdir(), 'patchbay-compose-'));
  const down = async () => {
    await compose('down', '--volumes', '--timeout', '5');
    rmSync(keysDir, { recursive: true, force: true });
  };
  const started = performance.now();
  let upMs: number;
  let keys: LocalKeys;
  try {
    await compose('up', '--wait', '--wait-timeout', '600', '--no-build');
    upMs = performance.now() - started;
    keys = await keysOf(project, image, keysDir, tenant);
  } catch (error) {
    await down().catch(() => {});
    throw error;
  }

  async function containers(): Promise<Container[]> {
    const lines = await docker([
      'ps',
      '--filter',
      `label=com.docker.compose.project=${project}`,
      '--format',
      '{{.ID}} {{.Label "com.docker.compose.service"}} {{.Label "com.docker.compose.container-number"}}',
    ]);
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ') as [string, string, string])
      .map(([id, service, number]) => ({ id, service, name: `${service}-${number}` }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  async function untilHealthy({ id, name }: Container): Promise<void> {
    for (let second = 0; second < healthyWithinS; second++) {
      const state = await docker(['inspect', '-f', '{{.State.Running}} {{.State.Health.Status}}', id]);
      if (state === 'true healthy') return;
      await delay(1_000);
    }
    throw new Error(`${name} is not healthy after ${healthyWithinS} s`);
  }

  return {
    upMs,
    keys,
    containers,
    logs: (service) => compose('logs', '--no-log-prefix', service),
    async kill(container, downMs) {
      await docker(['kill', '--signal', 'KILL', container.id]);
      await delay(downMs);
      await docker(['start', container.id]);
      await untilHealthy(container);
    },
    async restart(container) {
      await docker(['restart', '--time', '25', container.id]);
      await untilHealthy(container);
    },
    down,
  };
}

/** The installation's keys, copied out of the volume that nothing mounts while the system runs. */
async function keysOf(project: string, image: string, to: string, tenant: string): Promise<LocalKeys> {
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const script = `cp -R /keys/. /out && chown -R ${uid}:${gid} /out`;
  await docker([
    'run',
    '--rm',
    '--network',
    'none',
    '--user',
    '0:0',
    '--entrypoint',
    'sh',
    '-v',
    `${project}_keys:/keys:ro`,
    '-v',
    `${to}:/out`,
    image,
    '-c',
    script,
  ]);
  return ensureIdentityKeys(to, [tenant]);
}
