import type { EffectiveSchema } from '../schema/effective-schema.ts';

export type Place = 'path' | 'query' | 'header' | 'cookie' | 'body' | 'body_root';

/** A value of a request that could become an argument. */
export interface Candidate {
  /** As the vendor writes it, without what it stands in. */
  readonly wireName: string;
  readonly place: Place;
  /** Its whole name there, in the grammar of `x-name`: `start.dateTime`, `Contacts[0].Name`. */
  readonly at: string;
  readonly effective: EffectiveSchema;
  readonly required: boolean;
  readonly description: string;
  readonly example: unknown;
  /** Bytes: the argument is a file. */
  readonly file: boolean;
  /** `x-array-style` and the like. */
  readonly style: Readonly<Record<string, unknown>>;
}

/** A value of the vendor's request that the draft does not ask for, and why. */
export interface LeftOut {
  readonly name: string;
  readonly in: string;
  readonly reason: string;
}
