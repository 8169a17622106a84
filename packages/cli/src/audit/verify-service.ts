import type { AuditProblem } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { parseTime } from '../input/time.ts';
import { count, visible } from '../render/style.ts';

/** Problems that are told; all are counted. */
const most = 100;

/** Has the audit service hold its store against the stream, to the stream's end. @param filesOnly options that need a file. */
export async function verifyService(
  context: CommandContext,
  from: string | undefined,
  filesOnly: readonly string[],
): Promise<number> {
  if (filesOnly.length > 0) throw new UsageError(`${filesOnly.join(', ')} need a file to verify.`);
  const since = from === undefined ? {} : { from: parseTime('--from', from, Date.now()) };
  const admin = await context.admin();
  const sum = { messages: 0, events: 0, pending: 0, problem_count: 0 };
  const problems: AuditProblem[] = [];
  let range: { from?: string; after?: number } = since;
  for (;;) {
    const part = await admin.verifyAudit(range);
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += part[name];
    problems.push(...part.problems.slice(0, most - problems.length));
    if (part.next === null) break;
    range = { after: part.next };
  }
  const ok = sum.problem_count === 0;
  const { style } = context;
  context.show({ ok, proof: 'mac', tenant: admin.tenant, ...sum, problems }, () =>
    [
      `${ok ? style.good('✔') : style.bad('✘')} ${count(sum.messages, 'message')} with ${count(sum.events, 'event')} of tenant '${admin.tenant}', ${ok ? 'each as its producer signed it and as it is stored' : count(sum.problem_count, 'problem')}.`,
      ...problems.map(
        ({ sequence, event_id, what }) =>
          `    message ${sequence}: ${what}${event_id === null ? '' : ` (${visible(event_id)})`}`,
      ),
      style.quiet('What is gone from the stream is not noticed by this: verify an export.'),
    ].join('\n'),
  );
  return ok ? exitCodes.ok : exitCodes.failed;
}
