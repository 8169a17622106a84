import type { Issue } from '@patchbay/contracts';

/** A refusal or failure as the gateway tells it (RFC 9457). */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The request's id. */
  readonly instance: string;
  readonly code: string;
  readonly speakable: string;
  readonly retryable: boolean;
  readonly retry_after_ms: number | null;
  readonly issues: readonly Issue[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
}

/** An answer of the gateway that is no success. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** What went wrong, whatever it was that was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return localProblem('unreachable', 'The gateway does not answer.');
}

/** A problem that no gateway told of. */
export function localProblem(code: string, detail: string, status = 0): Problem {
  return {
    title: detail,
    status,
    detail,
    instance: '',
    code,
    speakable: '',
    retryable: true,
    retry_after_ms: null,
    issues: [],
    details: {},
  };
}

/** What a person can do about it. */
export function nextStep({ code, status, details, retry_after_ms: wait }: Problem): string {
  if (code === 'unreachable') return 'See that Patchbay runs and that this machine reaches it, then try again.';
  if (status === 401) return 'Sign in again, with a key that is in use.';
  if (status === 403)
    return details['scope'] === undefined
      ? 'The tenant’s rules do not allow it: see Policies, or leave it to somebody else.'
      : 'Ask an owner of the tenant for a key whose role may do this.';
  if (status === 404) return 'It may have been removed. Go back to the list.';
  if (status === 409) return 'Somebody else was there first. Load it again, and decide anew.';
  if (status === 429) return `Wait ${Math.ceil((wait ?? 1_000) / 1_000)} s, then try again.`;
  if (code === 'connection_missing') return 'Connect an account for the integration first, under Connections.';
  if (code === 'connection_expired' || code === 'credential_refused') return 'Connect the account again.';
  if (status === 400 || status === 422) return 'Correct what is named here, then try again.';
  if (status === 503) return 'Wait a moment, then try again.';
  return 'Try again. If it goes on, look for the request’s id in the gateway’s log.';
}
