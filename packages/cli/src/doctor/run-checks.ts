import { failureOf } from '../failures.ts';
import { type Check, type Finding, fail, NotSeen, skip, type Verdict } from './check.ts';
import type { Examination } from './examination.ts';

/** Looks for everything at once; the findings come in the order of the checks. A check that breaks is a finding too. */
export async function runChecks(checks: readonly Check[], examination: Examination): Promise<Finding[]> {
  const found = await Promise.all(
    checks.map(async (check) => (await verdictsOf(check, examination)).map((verdict) => findingOf(check, verdict))),
  );
  return found.flat();
}

async function verdictsOf(check: Check, examination: Examination): Promise<readonly Verdict[]> {
  try {
    return await check.look(examination);
  } catch (error) {
    if (error instanceof NotSeen) return [skip(error.message)];
    const { error: body, next } = failureOf(error);
    return [fail(`could not be looked at: ${body.message}`, { fix: next })];
  }
}

function findingOf(check: Check, { status, about, message, fix }: Verdict): Finding {
  const wrong = status === 'fail' || status === 'warn';
  return {
    id: check.id,
    about: about ?? null,
    status,
    severity: status === 'fail' ? 'error' : status === 'warn' ? 'warning' : null,
    message,
    means: wrong ? check.means : null,
    fix: wrong ? (fix ?? check.fix) : null,
  };
}
