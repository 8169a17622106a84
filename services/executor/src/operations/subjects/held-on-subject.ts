import { canonicalSubject } from '@patchbay/audit-log';
import type {
  EraseHeldRequest,
  EraseHeldResult,
  HeldRecord,
  ListHeldRequest,
  ListHeldResult,
} from '@patchbay/contracts';
import { type HeldPlace, heldPlaces, ownerOf, withoutPersonal } from '../../domain/held-record.ts';
import { type EraseWaitingPorts, eraseWaiting, listWaiting } from './waiting-submissions.ts';

/** A row of a bucket. */
export interface HeldRow {
  readonly key: string;
  readonly revision: number;
  readonly value: Record<string, unknown>;
}

/** Every method throws PatchbayError `overloaded` when the bucket does not answer. */
export interface HeldRows {
  /** The tenant's rows. What is no JSON object is left out. */
  scan(place: HeldPlace, tenant: string): AsyncIterable<HeldRow>;
  /** Replaces a row, or removes it (null). False when it changed since. */
  replace(place: HeldPlace, row: HeldRow, value: Record<string, unknown> | null): Promise<boolean>;
}

/** Bytes of records in one answer. */
const maxAnswerBytes = 700_000;
/** Looks at rows that change under it. */
const maxRounds = 5;

export interface HeldPorts extends EraseWaitingPorts {
  readonly rows: HeldRows;
}

/** Tells what executors keep of a person, what waits included. @throws PatchbayError `overloaded`. */
export function createListHeld({
  rows,
  waiting,
}: Pick<HeldPorts, 'rows' | 'waiting'>): (request: ListHeldRequest) => Promise<ListHeldResult> {
  return async (request) => {
    const held: HeldRecord[] = [];
    let bytes = 0;
    const add = (one: HeldRecord) => {
      bytes += JSON.stringify(one.record).length;
      held.push(bytes > maxAnswerBytes ? { ...one, record: null } : one);
    };
    for (const place of heldPlaces)
      for await (const { id, row } of ofPerson(rows, place, request)) add({ where: place, id, record: row.value });
    for (const one of await listWaiting(waiting, request.tenant, (said) => isSame(said, request.subject))) add(one);
    return { held };
  };
}

/** Takes out of it what is personal. @throws PatchbayError `overloaded`; what was done stays. */
export function createEraseHeld(ports: HeldPorts): (request: EraseHeldRequest) => Promise<EraseHeldResult> {
  const { rows } = ports;
  async function eraseIn(place: HeldPlace, request: EraseHeldRequest): Promise<number> {
    let records = 0;
    for (let round = 0; round < maxRounds; round++) {
      let changed = false;
      for await (const { row } of ofPerson(rows, place, request)) {
        const rest = withoutPersonal(place, row.value);
        if (rest !== null && JSON.stringify(rest) === JSON.stringify(row.value)) continue;
        if (await rows.replace(place, row, rest)) records++;
        else changed = true;
      }
      if (!changed) break;
    }
    return records;
  }
  return async (request) => {
    const erased: EraseHeldResult['erased'] = [];
    // What waits first: it would leave an answer.
    const waiting = await eraseWaiting(ports, request.tenant, (said) => isSame(said, request.subject));
    erased.push({ where: 'submissions', records: waiting });
    for (const place of heldPlaces) erased.push({ where: place, records: await eraseIn(place, request) });
    return { erased };
  };
}

async function* ofPerson(rows: HeldRows, place: HeldPlace, { tenant, subject, executions }: ListHeldRequest) {
  const named = new Set(executions);
  for await (const row of rows.scan(place, tenant)) {
    const owner = ownerOf(place, row.value);
    const isTheirs = owner.executions.some((id) => named.has(id)) || owner.people.some((said) => isSame(said, subject));
    if (isTheirs) yield { id: owner.id, row };
  }
}

function isSame(said: string, canonical: string): boolean {
  try {
    return canonicalSubject(said) === canonical;
  } catch {
    return false;
  }
}
