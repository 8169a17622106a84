import type { AuditProblem, LogProblem, LogVerdict } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { parseTime } from '../input/time.ts';
import { count, visible } from '../render/style.ts';

/** Problems that are told; all are counted. */
const most = 100;

/**
 * Has the audit service hold its store against the stream and its log against the checkpoints, to the end of both.
 * @param filesOnly options that need a file.
 */
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
  const log = { records: 0, purged: 0, problem_count: 0 };
  const logProblems: LogProblem[] = [];
  let verdict: LogVerdict | null = null;
  let range: { from?: string; after?: number; log_from?: number; limit?: number } = since;
  for (let more = true; more; ) {
    const part = await admin.verifyAudit(range);
    if (range.limit === undefined) {
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += part[name];
      problems.push(...part.problems.slice(0, most - problems.length));
    }
    if (part.log !== null) {
      verdict = part.log;
      for (const name of Object.keys(log) as (keyof typeof log)[]) log[name] += part.log[name];
      logProblems.push(...part.log.problems.slice(0, most - logProblems.length));
    }
    const logNext: number | null = part.log?.next ?? null;
    // Where the stream has ended before the log, its last message is asked for once more beside the rest of the log.
    const after: number | undefined = part.next ?? range.after;
    more = (part.next !== null && range.limit === undefined) || logNext !== null;
    range = {
      ...(after === undefined ? since : { after }),
      ...(logNext !== null && { log_from: logNext }),
      ...(part.next === null || range.limit !== undefined ? { limit: 1 } : {}),
    };
  }
  const ok = sum.problem_count + log.problem_count === 0;
  const { style } = context;
  context.show(
    { ok, proof: 'mac', tenant: admin.tenant, ...sum, problems, log: { ...verdict, ...log, problems: logProblems } },
    () =>
      [
        `${sum.problem_count === 0 ? style.good('✔') : style.bad('✘')} ${count(sum.messages, 'message')} with ${count(sum.events, 'event')} of tenant '${admin.tenant}', ${sum.problem_count === 0 ? 'each as its producer signed it and as it is stored' : count(sum.problem_count, 'problem')}.`,
        ...problems.map(
          ({ sequence, event_id, what }) =>
            `    message ${sequence}: ${what}${event_id === null ? '' : ` (${visible(event_id)})`}`,
        ),
        `${log.problem_count === 0 ? style.good('✔') : style.bad('✘')} ${count(log.records, 'record')} of its log hashed again, ${log.problem_count === 0 ? verdictText(verdict) : count(log.problem_count, 'problem')}.`,
        ...logProblems.map(
          ({ index, event_id, what }) =>
            `    record ${index}: ${what}${event_id === null ? '' : ` (${visible(event_id)})`}`,
        ),
        style.quiet('This is the service’s own word. To need nobody’s, verify an export with the log’s key.'),
      ].join('\n'),
  );
  return ok ? exitCodes.ok : exitCodes.failed;
}

function verdictText(verdict: LogVerdict | null): string {
  return verdict?.checkpoint == null
    ? 'and no checkpoint signed yet'
    : `as signed in the checkpoint of ${verdict.checkpoint.toLocaleString('en')}`;
}
