import type { Parameter } from '@patchbay/contracts';
import { encodeSegment } from './encode-segment.ts';
import { toText } from './text.ts';

/** How a value of a path parameter is written. */
export interface PathStyle {
  readonly style: NonNullable<Parameter['x-path-style']>;
  readonly explode: boolean;
  /** Percent-encoded name, which `matrix` writes. */
  readonly name: string;
}

const separators = { simple: ',', label: '.', matrix: ';' } as const;

/**
 * A value in the path by OpenAPI 3.1, "Style Values", which follow RFC 6570 section 3.2: `simple` gives `5`, `1,2` and
 * `x,1,y,2`; `label` puts a dot before, `matrix` `;name=`. With `explode` items and members stand by themselves: `.1.2`,
 * `;name=1;name=2`, `;x=1;y=2`. Every piece is percent-encoded, so none leaves its segment.
 */
export function inPathStyle(value: unknown, { style, explode, name }: PathStyle, argument: string): string {
  const piece = (part: unknown): string => encodeSegment(toText(part), argument);
  const separator = separators[style];
  const lead = style === 'simple' ? '' : separator;
  if (typeof value !== 'object' || value === null) {
    const text = piece(value);
    return style === 'matrix' ? `;${name}=${text}` : lead + text;
  }
  if (Array.isArray(value)) {
    const items = value.map(piece);
    if (style === 'matrix')
      return explode ? items.map((item) => `;${name}=${item}`).join('') : `;${name}=${items.join(',')}`;
    return lead + items.join(explode ? separator : ',');
  }
  const members = Object.entries(value).map(([key, member]) => [piece(key), piece(member)] as const);
  if (explode) return lead + members.map(([key, member]) => `${key}=${member}`).join(separator);
  const flat = members.flat().join(',');
  return style === 'matrix' ? `;${name}=${flat}` : lead + flat;
}
