import { PatchbayError } from '@patchbay/contracts';
import { isEpochMs } from './event-time.ts';

/** The last event of a page. The next page holds what is older, or as old with a smaller id. */
export interface PagePosition {
  readonly epochMs: number;
  readonly eventId: string;
}

const form = /^(\d{1,15})\.(aud_[0-9A-HJKMNP-TV-Z]{26})$/;

/** An opaque cursor. It names a position, not a page number, so events that arrive meanwhile shift nothing. */
export function encodeCursor(position: PagePosition): string {
  return btoa(`${position.epochMs}.${position.eventId}`).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @throws PatchbayError `invalid_request` when the text did not come from `encodeCursor`. */
export function decodeCursor(cursor: string): PagePosition {
  let text = '';
  try {
    text = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    // Told below, like any other text that is no cursor.
  }
  const match = form.exec(text);
  const epochMs = Number(match?.[1]);
  if (match === null || !isEpochMs(epochMs)) {
    throw new PatchbayError('invalid_request', {
      message: 'cursor: expected the next_cursor of an earlier answer.',
      details: { issues: [{ path: 'cursor', message: 'not a cursor of this service' }] },
    });
  }
  return { epochMs, eventId: match[2] as string };
}
