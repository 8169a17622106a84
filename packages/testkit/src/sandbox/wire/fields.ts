import type { Schema } from './schema-types.ts';

export type Place = 'path' | 'query' | 'header' | 'cookie' | 'body' | 'body_root';
export type ArrayStyle = 'repeat' | 'comma' | 'space' | 'pipe' | 'brackets';
export type ObjectStyle = 'deep' | 'form' | 'comma' | 'json' | 'dots';

/** One parameter of one HTTP call, as it must stand on the wire. */
export interface Field {
  /** The parameter's name in the document, by which arguments are reported. */
  readonly argument: string;
  readonly place: Place;
  /** Its name on the wire. */
  readonly wire: string;
  /** `wire` as steps into a JSON body; see `stepsOf`. */
  readonly path: readonly string[];
  readonly schema: Schema;
  readonly required: boolean;
  /** Present when the value is fixed. */
  readonly constant?: { readonly value: unknown };
  /** What the value of an `x-template` begins with, up to its first placeholder. */
  readonly prefix?: string;
  /** `x-from`, where the value comes from an earlier step or the connection. */
  readonly from?: string;
  /** `x-when`: the argument with which it goes, or not at all. */
  readonly when?: string;
  readonly arrayStyle?: ArrayStyle;
  readonly objectStyle?: ObjectStyle;
  /** In a path, where it is not simple text or a list joined by commas. */
  readonly pathStyle?: { readonly style: 'simple' | 'label' | 'matrix'; readonly explode: boolean };
}

/** `['a.b']` → `a.b`; `start.dateTime` → `start`, `dateTime`; `data[0].name` → `data`, `[0]`, `name`; `people[].email` → `people`, `[]`, `email`. */
export function stepsOf(wire: string): string[] {
  return [...wire.matchAll(/\['([^']+)'\]|\["([^"]+)"\]|(\[\d*\])|([^.[\]]+)/g)].map(
    ([, single, double, place, plain]) => single ?? double ?? place ?? plain ?? '',
  );
}
