import type { Entity } from './entities.ts';

/** Something personal or secret in a text. */
export interface Finding {
  readonly entity: Entity;
  /** UTF-16 offsets into the text: from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  /** 0 to 1: pattern, checksum and context together. */
  readonly score: number;
  /** The value in one form, such as digits without spaces or E.164, so that a token of it is the same however it was written. */
  readonly normalized?: string;
}

export interface DetectOptions {
  /** Only these; left out, every entity. */
  readonly entities?: readonly Entity[] | undefined;
  /** The lowest score reported, where it is to differ from `defaultThresholds`. */
  readonly thresholds?: Readonly<Partial<Record<Entity, number>>> | undefined;
  /** ISO 3166 codes of the countries whose national phone formats count without context; default US, GB and CA. */
  readonly countries?: readonly string[] | undefined;
  /** What the text is called where it stands, such as the name of its field: counts as words before it. */
  readonly label?: string | undefined;
}
