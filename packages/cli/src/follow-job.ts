import { setTimeout as delay } from 'node:timers/promises';
import type { VaultJob } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';
import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { describeJob } from './render/vault-jobs.ts';

export interface WaitOptions {
  readonly wait: boolean;
}

export function waitOption(command: Command): Command {
  return command.option('--no-wait', 'do not wait for its end; `patchbay vault jobs` shows how it gets on');
}

const lookEveryMs = 300;

/** Shows how a job of the vault gets on until it ends. @returns the exit code. */
export async function followJob(
  context: CommandContext,
  admin: Pick<Admin, 'vault'>,
  begun: VaultJob,
  wait: boolean,
): Promise<number | undefined> {
  let job = begun;
  let shown = '';
  while (wait && job.state === 'running') {
    const line = describeJob(job);
    if (line !== shown) context.note(line);
    shown = line;
    await delay(lookEveryMs);
    // The vault that answers may hear of the job a moment later than the one that began it.
    const [found] = await admin.vault.jobs({ tenant: job.tenant });
    if (found !== undefined && found.id >= job.id) job = found;
  }
  context.show({ job }, () => describeJob(job, context.style));
  return job.state === 'failed' ? exitCodes.failed : undefined;
}
