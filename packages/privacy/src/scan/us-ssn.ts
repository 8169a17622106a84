import { isIssuedSsn, isItin } from '../checks/ssn.ts';
import type { Group, NumberRun } from '../number-runs.ts';
import type { Scanner } from '../scanner.ts';

/** Social security and individual taxpayer numbers: nine digits, or 3-2-4 with the same mark twice. */
export const scanUsSsn: Scanner = function* ({ context, runs }) {
  for (const run of runs) {
    if (run.plus) continue;
    for (const { start, end, digits, written } of candidates(run)) {
      const entity = isIssuedSsn(digits) ? 'us_ssn' : isItin(digits) ? 'us_itin' : undefined;
      if (!entity) continue;
      const around = context.around(start, end);
      const bonus = around.bonus('ssn');
      const score = (written ? 0.55 : 0.1) + bonus - (around.otherwise ? 0.3 : 0);
      if (score > 0) yield { entity, start, end, score: Math.min(1, score), normalized: digits };
    }
  }
};

interface Candidate {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** In the form 3-2-4. */
  readonly written: boolean;
}

function* candidates({ groups }: NumberRun): Iterable<Candidate> {
  for (const [index, first] of groups.entries()) {
    const { start, end, digits } = first;
    if (digits.length === 9) yield { start, end, digits, written: false };
    const second = groups[index + 1];
    const third = groups[index + 2];
    if (digits.length !== 3 || !second || !third || !is324(second, third)) continue;
    yield { start, end: third.end, digits: digits + second.digits + third.digits, written: true };
  }
}

const is324 = (second: Group, third: Group) =>
  second.digits.length === 2 &&
  third.digits.length === 4 &&
  second.separator === third.separator &&
  (second.separator === '-' || second.separator === ' ' || second.separator === '.' || second.separator === ' - ');
