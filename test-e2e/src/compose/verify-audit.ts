import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { seedFileOf } from '@patchbay/local-servers';
import type { ComposeStack } from './compose-stack.ts';

const run = promisify(execFile);
const cli = fileURLToPath(new URL('../../../packages/cli/bin/patchbay.mjs', import.meta.url));

/** What `patchbay audit verify` says of the tenant's whole log. @throws Error when it finds a problem. */
export async function verifyAudit(
  { keys }: Pick<ComposeStack, 'keys'>,
  { natsUrls, tenant }: { natsUrls: string; tenant: string },
): Promise<{ readonly ok: boolean; readonly events: number }> {
  const credentials = seedFileOf(keys, 'admin');
  const args = ['audit', 'verify', '--json', '--nats', natsUrls, '--credentials', credentials, '--tenant', tenant];
  const { stdout } = await run(process.execPath, [cli, ...args]).catch(({ stdout, stderr, code }) => {
    throw new Error(`patchbay audit verify ended with ${code}: ${stdout}${stderr}`);
  });
  return JSON.parse(stdout) as { ok: boolean; events: number };
}
