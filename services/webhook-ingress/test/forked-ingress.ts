import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestServers } from '@patchbay/testkit';
import { type IngressConfig, startIngress } from '../src/main.ts';
import { ingressConfig } from './running-ingress.ts';

export interface ForkedIngress {
  /** Where it listens. */
  readonly url: string;
  /** Ends it without a chance to do anything. */
  kill(): Promise<void>;
}

/** An ingress in a process of its own. Resolves when it takes webhooks in. */
export async function forkIngress(
  servers: TestServers,
  instance: string,
  over: Partial<IngressConfig> = {},
): Promise<ForkedIngress> {
  const { auditMacKey, ...config } = ingressConfig(servers, instance, over);
  const file = join(servers.dir, `${instance}.json`);
  writeFileSync(file, JSON.stringify({ ...config, auditMacKey: auditMacKey.toString('hex') }), { mode: 0o600 });
  const child: ChildProcess = fork(import.meta.filename, [file], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const [first] = await Promise.race([once(child, 'message'), ended]);
  if (typeof first !== 'string') throw new Error(`the ingress ended with ${first}`);
  return {
    url: first,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

if (import.meta.main) {
  const config = JSON.parse(readFileSync(process.argv[2] as string, 'utf8'));
  const { url } = await startIngress({ ...config, auditMacKey: Buffer.from(config.auditMacKey, 'hex') });
  process.send?.(url);
  // Whoever started it is gone.
  process.once('disconnect', () => process.exit());
}
