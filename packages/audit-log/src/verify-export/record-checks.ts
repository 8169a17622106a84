import { IdSet } from './id-set.ts';
import type { ExportProblem } from './verdict.ts';

export interface RecordRules {
  readonly tenant: string;
  /** Milliseconds that a record's time may lie before that of one ahead of it, or beside a witness's. */
  readonly toleranceMs: number;
}

/** What a record says of itself that can be held against the others. Its hash says nothing of these. */
export class RecordChecks {
  readonly #rules: RecordRules;
  readonly #report: (problem: Omit<ExportProblem, 'line' | 'before'>) => void;
  readonly #ids = new IdSet();
  /** The latest time so far, in Unix milliseconds, and whose it is. */
  #latest = { time: Number.NEGATIVE_INFINITY, index: -1 };
  /** When a witness saw the log end before the records that come now. */
  #witnessed = Number.NEGATIVE_INFINITY;

  constructor(rules: RecordRules, report: (problem: Omit<ExportProblem, 'line' | 'before'>) => void) {
    this.#rules = rules;
    this.#report = report;
  }

  /** Records in the order of the log. */
  check({ tenant, id, time }: RecordFacts, index: number): void {
    const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    if (typeof id !== 'string' || Number.isNaN(at)) {
      this.#report({ what: 'malformed', index, detail: 'The line is no record: an id or a time is missing.' });
      return;
    }
    if (tenant !== this.#rules.tenant)
      this.#report({ what: 'wrong_tenant', index, detail: `The record is not of tenant '${this.#rules.tenant}'.` });
    const before = this.#ids.add(id, index);
    if (before !== null)
      this.#report({ what: 'record_repeated', index, detail: `The record has the id of record ${before}.` });
    this.#checkTime(at, index);
  }

  #checkTime(at: number, index: number): void {
    const { toleranceMs } = this.#rules;
    if (at < this.#latest.time - toleranceMs)
      this.#report({
        what: 'time_backwards',
        index,
        detail: `The record's time is ${seconds(this.#latest.time - at)} before that of record ${this.#latest.index}, which stands ahead of it.`,
      });
    else if (at < this.#witnessed - toleranceMs)
      this.#report({
        what: 'time_backwards',
        index,
        detail: `The record's time is ${seconds(this.#witnessed - at)} before a witness saw the log without it.`,
      });
    if (at > this.#latest.time) this.#latest = { time: at, index };
  }

  /** A witness saw the log with the records so far, at a time in POSIX seconds. */
  witnessed(time: number): void {
    const at = 1_000 * time;
    if (this.#latest.time > at + this.#rules.toleranceMs)
      this.#report({
        what: 'time_ahead',
        index: this.#latest.index,
        detail: `The record's time is ${seconds(this.#latest.time - at)} after a witness saw it in the log.`,
      });
    this.#witnessed = Math.max(this.#witnessed, at);
  }
}

export interface RecordFacts {
  readonly tenant?: unknown;
  readonly id?: unknown;
  readonly time?: unknown;
}

const envelope = ',"datacontenttype":';

/**
 * A record's own words on whose, which and when it is. In a canonical record they stand behind `data`, which is most of it and is
 * passed over: a quotation mark within a text is escaped, so that what is found is a name, and what follows an inner one cannot be
 * read by itself. Whatever is not so is read whole.
 */
export function factsOf(record: Buffer): RecordFacts {
  const begin = record.lastIndexOf(envelope);
  const facts = begin < 0 ? {} : parsed(`{${record.toString('latin1', begin + 1)}`);
  const { tenant, id, time } = facts;
  return tenant === undefined || id === undefined || time === undefined ? parsed(record.toString('latin1')) : facts;
}

/** Names and values that are read of it are ASCII, so nothing has to be decoded. */
function parsed(text: string): RecordFacts {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000).toLocaleString('en')} s`;
}
