import type { ExecuteRequest, FieldMarks } from '@patchbay/contracts';

/**
 * What of a call says who it is about: what the caller said, and of its arguments the parts whose fields are marked `pii` or `phi`.
 * Never a secret, nor what has no mark.
 */
export function personalValues(
  request: ExecuteRequest,
  fields: ReadonlyMap<string, FieldMarks> | null,
): Record<string, unknown> {
  const personal = fields === null ? undefined : partOf(request.arguments, { mark: null, fields });
  return {
    ...(request.context.end_user !== undefined && { end_user: request.context.end_user }),
    ...(personal !== undefined && { arguments: personal }),
  };
}

/** The personal part of a value, in its shape; undefined: there is none. */
function partOf(value: unknown, { mark, fields, items }: FieldMarks): unknown {
  if (mark === 'pii' || mark === 'phi') return value;
  if (mark !== null || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    const parts = items === undefined ? [] : value.map((item) => partOf(item, items));
    return parts.some((part) => part !== undefined) ? parts.map((part) => part ?? null) : undefined;
  }
  const parts = [...(fields ?? [])].flatMap(([name, marks]) => {
    const part = Object.hasOwn(value, name) ? partOf((value as Record<string, unknown>)[name], marks) : undefined;
    return part === undefined ? [] : [[name, part] as const];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}
