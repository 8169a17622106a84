import type { CallOutcome } from '../run/call-outcome.ts';

/** Failures before anything was sent. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EMFILE', 'EADDRNOTAVAIL']);

/** What a request over HTTP came to that was not answered. */
export function lostAnswer(error: unknown, what: string): CallOutcome {
  const { code, name } = error as NodeJS.ErrnoException;
  const said = code ?? name ?? 'unknown';
  if (neverSent.has(said)) return { status: 'failed', code: `not_reached_${said.toLowerCase()}`, what };
  return { status: 'unknown', code: name === 'TimeoutError' ? 'no_answer' : `lost_${said.toLowerCase()}`, what };
}
