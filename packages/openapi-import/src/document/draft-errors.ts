import type { IntegrationDocumentInput } from '@patchbay/contracts';
import { effectiveSchema } from '../schema/effective-schema.ts';
import type { ListedOperation } from '../spec/list-operations.ts';
import type { References } from '../spec/references.ts';
import type { ApiResponse, MediaType } from '../spec/types.ts';

type ErrorRules = NonNullable<IntegrationDocumentInput['errors']>;

const codes = [
  [400, 'invalid_arguments'],
  [401, 'credential_expired'],
  [403, 'not_permitted'],
  [404, 'invalid_arguments'],
  [429, 'rate_limited'],
] as const;
const textNames = [
  'message',
  'error_description',
  'detail',
  'description',
  'error',
  'title',
  'text',
  'Message',
  'Detail',
];

/** Rules that bring the vendor's own words with the usual statuses, where its error answers say where those stand. */
export function draftErrors(
  operations: readonly ListedOperation[],
  references: References,
  saysOk: boolean,
): ErrorRules {
  const rules: ErrorRules = saysOk ? [{ when: 'ok = false', code: 'upstream_error', message: 'error' }] : [];
  for (const { operation } of operations) {
    for (const [status, raw] of Object.entries(operation.responses ?? {})) {
      if (!/^(?:4|default)/i.test(status)) continue;
      const response = references.resolve<ApiResponse>(raw);
      const json = Object.entries(response?.content ?? {}).find(([type]) => /[/+]json/.test(type))?.[1];
      const path = messagePath(references.resolve<MediaType>(json), references);
      if (path !== undefined)
        return [
          ...rules,
          ...codes.map(([code, meaning]) => ({ when: `$status = ${code}`, code: meaning, message: path })),
        ];
    }
  }
  return rules;
}

function messagePath(media: MediaType | undefined, references: References): string | undefined {
  const top = effectiveSchema(media?.schema, references);
  const direct = textNames.find((name) => typeAt(top.schema.properties?.[name]) === 'string');
  if (direct !== undefined) return direct;
  for (const name of ['error', 'Error', 'fault', 'errors']) {
    const field = effectiveSchema(top.schema.properties?.[name], references);
    const list = field.type === 'array';
    const inner = list ? effectiveSchema(field.schema.items, references) : field;
    const text = textNames.find((key) => typeAt(inner.schema.properties?.[key]) === 'string');
    if (text !== undefined) return `${name}${list ? '[0]' : ''}.${text}`;
  }
  return undefined;

  function typeAt(node: Parameters<typeof effectiveSchema>[0]): string | undefined {
    return node === undefined ? undefined : effectiveSchema(node, references).type;
  }
}
