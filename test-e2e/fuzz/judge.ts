import { type ErrorEntry, errorCatalogue } from '@patchbay/contracts';
import type { FuzzRequest, Visitor } from './fuzz-request.ts';
import type { FuzzAnswer } from './send-request.ts';

/** Text that stands in a tenant's own data and nowhere else. */
export interface Mark {
  readonly tenant: string;
  readonly text: string;
}

/** `null`: as it should be. `told`: no failure, but counted. */
export type Verdict = { readonly failure: string | null; readonly told: string | null };

const fine: Verdict = { failure: null, told: null };
/** Faults that are an upstream's, or the caller's own deadline: a gateway says so with a 5xx, and nothing of ours failed. */
const elsewhere = new Set<string>(
  Object.entries<ErrorEntry>(errorCatalogue).flatMap(([code, { fault, httpStatus }]) =>
    httpStatus >= 500 && fault === 'upstream' ? [code] : [],
  ),
)
  .add('deadline_exceeded')
  .add('outcome_unknown');

/** Whether an answer is one that may be. */
export function judge(request: FuzzRequest, answer: FuzzAnswer, visitor: Visitor, marks: readonly Mark[]): Verdict {
  if (answer.kind === 'hang') return failed('hang: no answer in time');
  if (answer.kind === 'dropped') {
    // What is no HTTP, or too large, may be hung up on.
    if (
      request.wild !== undefined ||
      (request.body?.length ?? 0) > 100_000 ||
      request.broken.some((one) => one.startsWith('header:'))
    )
      return { failure: null, told: 'dropped' };
    return failed(`dropped: ${answer.why}`);
  }
  for (const mark of marks)
    if (
      visitor.tenant !== null &&
      visitor.tenant !== mark.tenant &&
      `${answer.head}\n${answer.body}`.includes(mark.text)
    )
      return failed(`cross-tenant read: data of ${mark.tenant} told to ${visitor.name}`);
  if (answer.status < 400) return answer.status === 0 ? failed('no status') : fine;
  const code = codeOf(answer.body);
  if (answer.status >= 500) {
    if (code === 'overloaded') return { failure: null, told: 'overloaded' };
    // The gateway does not know such methods or versions, and HTTP has numbers for it.
    if (answer.status === 505 || answer.status === 501) return { failure: null, told: String(answer.status) };
    return elsewhere.has(code ?? '')
      ? { failure: null, told: 'upstream' }
      : failed(`${answer.status} ${code ?? 'no problem document'}`);
  }
  const hasBody = request.wild === undefined || !/^HEAD /.test(request.wild);
  if (hasBody && (code === null || !(code in errorCatalogue)))
    return failed(`${answer.status} that is no problem document`);
  if (hasBody && !answer.type.startsWith('application/problem+json'))
    return failed(`${answer.status} of type ${answer.type}`);
  return fine;
}

const failed = (failure: string): Verdict => ({ failure, told: null });

function codeOf(body: string): string | null {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}
