import type { VaultJob } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const names: Record<VaultJob['kind'], string> = {
  rotate_tenant_key: 'rotate tenant key',
  rewrap_keys: 'wrap keys',
  erase_tenant: 'erase tenant',
  erase_connection: 'erase connection',
};

const progressOf = ({ done, total }: VaultJob) => `${done} of ${total}`;

/** A job in one line. */
export function describeJob(job: VaultJob, style?: Pick<Style, 'good' | 'bad'>): string {
  const { state, kind, tenant, error } = job;
  const paint = { running: (text: string) => text, done: style?.good, failed: style?.bad }[state] ?? String;
  const keys = job.keys_destroyed === 0 ? '' : `, ${job.keys_destroyed} keys destroyed`;
  const rest = state === 'running' ? `${job.step}, ${progressOf(job)}` : progressOf(job) + keys;
  return `${paint(state)}  ${names[kind]} of ${tenant}: ${rest}  (${job.id})${error === null ? '' : `\n${error}`}`;
}

export function renderVaultJobs(
  jobs: readonly VaultJob[],
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  return renderTable(
    jobs,
    [
      { title: 'JOB', value: ({ id }) => id, paint: style.quiet },
      { title: 'WHAT', value: ({ kind }) => names[kind] },
      { title: 'TENANT', value: ({ tenant }) => tenant, paint: style.name },
      {
        title: 'STATE',
        value: ({ state }) => state,
        paint: (text, { state }) => (state === 'failed' ? style.bad : style.good)(text),
      },
      { title: 'DONE', value: progressOf },
      { title: 'SINCE', value: ({ started_at }) => started_at.slice(0, 19) },
      { title: 'STEP', value: ({ step, error }) => error ?? step, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}
