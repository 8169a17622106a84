import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Node } from './api-spec.ts';
import { nearestAlternative } from './nearest-alternative.ts';
import { type Direction, schemaForValue } from './schema-for-value.ts';

const exact = newAjv(false);
/** For values that were text on the wire: `"5"` is a number where one is asked for. */
const ofText = newAjv(true);

function newAjv(coerceTypes: boolean): Ajv2020 {
  // Vendors' schemas are not checked themselves: what they say beside JSON Schema is theirs.
  const quiet = { strict: false, logger: false, meta: false, validateSchema: false } as const;
  const ajv = new Ajv2020({ ...quiet, allErrors: true, coerceTypes });
  // The package is CommonJS: its function is the `default` of the namespace Node gives.
  (addFormats as unknown as { default: (target: Ajv2020) => void }).default(ajv);
  return ajv;
}

export interface SchemaError {
  /** `line_items[0].quantity`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
  /** What stands at the path is not there. */
  readonly missing: boolean;
}

/** How a value breaks its schema; none when it fits. `text` says that its scalars were text on the wire. */
export function schemaErrors(
  root: Node,
  schema: unknown,
  value: unknown,
  { direction = 'request', text = false }: { direction?: Direction; text?: boolean } = {},
): SchemaError[] {
  const own = schemaForValue(root, schema, value, direction);
  const ajv = text ? ofText : exact;
  // Wrapped, because a coerced value is written into what holds it.
  const validate = ajv.compile({ type: 'object', properties: { value: own } });
  validate({ value: structuredClone(value) });
  const told = nearestAlternative(validate.errors ?? []);
  ajv.removeSchema(validate.schema);
  return told.map(({ instancePath, message = 'does not fit', params, keyword }) => {
    const missing = keyword === 'required' ? `/${params['missingProperty']}` : '';
    return {
      path: dotted(instancePath.replace(/^\/value/, '') + missing),
      missing: keyword === 'required',
      message:
        keyword === 'required'
          ? 'is required'
          : keyword === 'enum'
            ? `must be one of ${JSON.stringify(params['allowedValues']).slice(0, 300)}`
            : message,
    };
  });
}

function dotted(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}
