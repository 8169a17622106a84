import { toOcsf } from '@patchbay/audit-log';
import { type AuditEvent, type AuditQueryResult, toErrorBody } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import type { OpenSessions } from './open-sessions.ts';

export const exportFormats = ['cloudevents', 'ocsf'] as const;
/** Most events of one export; the cursor goes on. */
export const maxExported = 100_000;
/** Events asked for at once. */
const pageSize = 500;

export interface ExportPorts {
  /** Newest first. @throws PatchbayError. */
  readonly readPage: (page: { limit: number; cursor?: string }, filter: object) => Promise<AuditQueryResult>;
  readonly sessions: Pick<OpenSessions, 'open'>;
  /** Nobody takes it any more. */
  readonly left: AbortSignal;
}

export interface AskedExport {
  readonly principal: Principal;
  readonly format: (typeof exportFormats)[number];
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * Events as lines of JSON, a page at a time and no faster than they are taken, then one line that says that this was all.
 * What fails on the way, the end of the key too, is a last line with `error` instead.
 * @throws PatchbayError when already the first page cannot be had.
 */
export async function* exportAudit(
  { readPage, sessions, left }: ExportPorts,
  { principal, format, limit, cursor: from, ...filter }: AskedExport,
): AsyncGenerator<string> {
  let ended = false;
  const session = sessions.open(principal, () => {
    ended = true;
  });
  const write = (event: AuditEvent) => `${JSON.stringify(format === 'ocsf' ? toOcsf(event) : event)}\n`;
  let told = 0;
  let cursor = from;
  try {
    for (;;) {
      let page: AuditQueryResult;
      try {
        page = await readPage(
          { limit: Math.min(pageSize, limit - told), ...(cursor !== undefined && { cursor }) },
          filter,
        );
      } catch (error) {
        if (told === 0) throw error;
        const { code, message } = toErrorBody(error);
        yield lastLine({ error: { code, message }, events: told, next_cursor: cursor ?? null });
        return;
      }
      if (left.aborted) return;
      if (ended) {
        yield lastLine({ error: { code: 'not_authenticated', message: 'The key has ended.' }, events: told });
        return;
      }
      if (page.events.length > 0) yield page.events.map(write).join('');
      told += page.events.length;
      cursor = page.next_cursor ?? undefined;
      if (cursor === undefined || told >= limit) break;
    }
    yield lastLine({ end: true, events: told, next_cursor: cursor ?? null });
  } finally {
    session.close();
  }
}

const lastLine = (line: object) => `${JSON.stringify(line)}\n`;
