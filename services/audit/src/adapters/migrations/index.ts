import type { Migration } from 'kysely/migration';
import { up as auditEvents } from './0001-audit-events.ts';
import { up as usage } from './0002-usage.ts';
import { up as log } from './0003-log.ts';
import { up as retention } from './0004-retention.ts';
import { up as blobs } from './0005-blobs.ts';
import { up as reconciliation } from './0006-reconciliation.ts';
import { up as intentsByPlace } from './0007-intents-by-place.ts';

/** Every version of the schema, in order. One that was released never changes: add another. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-audit-events': { up: auditEvents },
  '0002-usage': { up: usage },
  '0003-log': { up: log },
  '0004-retention': { up: retention },
  '0005-blobs': { up: blobs },
  '0006-reconciliation': { up: reconciliation },
  '0007-intents-by-place': { up: intentsByPlace },
};
