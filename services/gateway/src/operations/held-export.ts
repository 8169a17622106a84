import { PatchbayError } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import type { OpenSessions } from './open-sessions.ts';

export interface ExportHolding {
  readonly principal: Principal;
  readonly sessions: Pick<OpenSessions, 'open'>;
  /** Nobody takes it any more. */
  readonly left: AbortSignal;
}

/**
 * The text of an export while the key that asked for it is taken. It ends before its last line when nobody takes it any more, and
 * breaks off when the key has ended: a text without its last checkpoint is not whole, and no verifier says that it is.
 */
export async function* heldExport(
  pieces: AsyncIterable<{ readonly text: string }>,
  { principal, sessions, left }: ExportHolding,
): AsyncGenerator<string> {
  let ended = false;
  const session = sessions.open(principal, () => {
    ended = true;
  });
  try {
    for await (const { text } of pieces) {
      if (left.aborted) return;
      if (ended) throw new PatchbayError('not_authenticated', { message: 'The key has ended.' });
      yield text;
    }
  } finally {
    session.close();
  }
}
