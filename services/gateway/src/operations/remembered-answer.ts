import { PatchbayError } from '@patchbay/contracts';

/** What is kept of a request that brought a key. Readable by gateways alone. */
export interface RememberedRequest {
  /** `working`: it was begun. */
  readonly state: 'working' | 'done' | 'failed';
  /** Unix milliseconds at which it was begun. */
  readonly at: number;
  /** Keyed digest of what was asked. */
  readonly digest: string;
  /** The answer, or the error that it failed with, as JSON under the gateways' key. Null while working. */
  readonly sealed: string | null;
}

/** Requests that brought a key, of the last day. @throws PatchbayError `overloaded` when the store cannot be reached. */
export interface RequestMemory {
  read(place: string): Promise<{ readonly request: RememberedRequest; readonly revision: number } | null>;
  /** The revision; null when it is there already. */
  create(place: string, request: RememberedRequest): Promise<number | null>;
  update(place: string, request: RememberedRequest, revision: number): Promise<void>;
  forget(place: string, revision: number): Promise<void>;
}

export interface AskedOnce {
  readonly tenant: string;
  /** Keys are told apart by who sends them and for what. */
  readonly principal: string;
  readonly operation: string;
  readonly key: string;
  /** All that was asked. */
  readonly input: unknown;
}

export interface RememberedAnswerPorts {
  readonly memory: RequestMemory;
  /** Digest under the gateways' key: what is digested may hold a secret. */
  readonly digest: (text: string) => string;
  /** `place` is bound in: what was sealed for one place opens at no other. @throws when it does not open. */
  readonly seal: (text: string, place: string) => string;
  readonly open: (sealed: string, place: string) => string;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Milliseconds after which a request that is still `working` has lost its gateway: longer than any may take. */
const lostAfterMs = 180_000;

/** The same key came with another request. */
export class KeyReused extends PatchbayError {
  constructor() {
    super('invalid_request', {
      message: 'This idempotency key was used for another request.',
      details: { issues: [{ path: 'Idempotency-Key', message: 'was used with another path or body' }] },
    });
    this.name = 'KeyReused';
  }
}

/**
 * Carries out a request once for its key, and answers repeats of a day with the first answer. What failed in a way that changed
 * nothing is forgotten, so that it can be tried again; what failed otherwise fails again, as nobody can tell what it did.
 * @throws KeyReused; PatchbayError `in_progress` while the first is under way, `outcome_unknown` when it was lost, or what
 *   `work` throws.
 */
export function rememberedAnswer({ memory, digest, seal, open, now }: RememberedAnswerPorts) {
  return async (
    { tenant, principal, operation, key, input }: AskedOnce,
    work: () => Promise<unknown>,
  ): Promise<{ readonly answer: unknown; readonly repeated: boolean }> => {
    const place = `${tenant}.${digest(JSON.stringify([principal, operation, key]))}`;
    const asked = digest(JSON.stringify(input) ?? '');
    const begun: RememberedRequest = { state: 'working', at: now(), digest: asked, sealed: null };
    const revision = await memory.create(place, begun);
    if (revision === null) return repeat(place, asked);
    let answer: unknown;
    try {
      answer = await work();
    } catch (error) {
      const failure = error instanceof PatchbayError ? error : null;
      if (failure === null || !changedNothing(failure)) {
        const body = failure?.body ?? new PatchbayError('internal', {}).body;
        await settle('failed', body).catch(() => {});
      } else await memory.forget(place, revision).catch(() => {});
      throw error;
    }
    // The work is done: an answer that cannot be kept is still the answer. A repeat is then told that nobody knows.
    await settle('done', answer).catch(() => {});
    return { answer, repeated: false };

    function settle(state: 'done' | 'failed', value: unknown): Promise<void> {
      const sealed = seal(JSON.stringify(value), place);
      return memory.update(place, { ...begun, state, sealed }, revision as number);
    }
  };

  async function repeat(place: string, asked: string): Promise<{ answer: unknown; repeated: true }> {
    const found = await memory.read(place);
    // Forgotten just now: it failed and changed nothing.
    if (found === null) throw new PatchbayError('in_progress', { retryAfterMs: 100 });
    const { state, at, digest: first, sealed } = found.request;
    if (first !== asked) throw new KeyReused();
    if (state === 'working' || sealed === null) {
      if (now() - at < lostAfterMs)
        throw new PatchbayError('in_progress', {
          message: 'A request with the same idempotency key is under way.',
          retryAfterMs: 500,
        });
      throw new PatchbayError('outcome_unknown', {
        message: 'The gateway that carried this out was lost; look whether it took effect, and use another key.',
      });
    }
    const value = JSON.parse(open(sealed, place));
    if (state === 'done') return { answer: value, repeated: true };
    const { code, message, speakable, details } = value as PatchbayError['body'];
    // Asked again it fails again: what it changed is not known.
    throw new PatchbayError(code, { message, speakable, retryable: false, details });
  }
}

/** Codes of refusals by whoever would have made the change. */
function changedNothing({ body }: PatchbayError): boolean {
  return body.retryable || refusals.has(body.code);
}

const refusals: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_arguments',
  'not_found',
  'not_permitted',
  'not_authenticated',
  'tool_not_found',
  'connection_missing',
  'credential_expired',
  'audit_unavailable',
]);
