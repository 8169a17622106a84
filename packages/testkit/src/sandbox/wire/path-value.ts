import type { Field } from './fields.ts';
import { MalformedText, percentDecode } from './query-string.ts';
import { itemsOf, propertyOf, typesOf } from './schema-types.ts';
import { valueOfText } from './text-value.ts';

/** Reads a path value written in an OpenAPI style: `simple`, `label` or `matrix`. `raw` is still percent-encoded. */
export function valueInPath(field: Field, raw: string): unknown {
  const { style = 'simple', explode = false } = field.pathStyle ?? {};
  const types = typesOf(field.schema);
  const composite = types.has('array') || types.has('object');
  const text = (piece: string): string => percentDecode(piece, false);
  if (style === 'label' && !raw.startsWith('.')) throw new MalformedText(`'${field.argument}' must begin with a dot`);
  if (style === 'matrix' && !raw.startsWith(';')) throw new MalformedText(`'${field.argument}' must begin with ';'`);
  let body = style === 'simple' ? raw : raw.slice(1);
  const named = `${encodeURIComponent(field.argument)}=`;
  if (style === 'matrix' && !(explode && types.has('object'))) {
    const pieces = explode ? body.split(';') : [body];
    if (pieces.some((piece) => !piece.startsWith(named)))
      throw new MalformedText(`'${field.argument}' must stand as ;${named}`);
    if (types.has('array') && explode)
      return pieces.map((piece) => valueOfText(text(piece.slice(named.length)), itemsOf(field.schema)));
    body = body.slice(named.length);
  }
  if (!composite) return valueOfText(text(body), field.schema);
  const separator = explode ? { simple: ',', label: '.', matrix: ';' }[style] : ',';
  const pieces = body.split(separator);
  if (types.has('array')) return pieces.map((piece) => valueOfText(text(piece), itemsOf(field.schema)));
  const flat = explode ? pieces.flatMap((piece) => piece.split('=')) : pieces;
  const members: Record<string, unknown> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const key = text(flat[i] as string);
    members[key] = valueOfText(text(flat[i + 1] as string), propertyOf(field.schema, key) ?? {});
  }
  return members;
}
