import type { WebhookScheme } from '@patchbay/webhook-schemes';

/**
 * The scheme with its first sample changed so that it is an event of its own, for ingresses tell copies apart. Null for schemes
 * whose events have no id that can be put into a sample.
 */
export function withOwnEvent(scheme: WebhookScheme, id: string): WebhookScheme | null {
  const [sample] = scheme.samples;
  const place = /^\{(json|header):([\w.-]+)\}$/.exec(scheme.event.id ?? '');
  if (sample === undefined || place === null || scheme.event.list !== undefined) return null;
  const [, source, name = ''] = place;
  // An id that is not signed counts together with the body, which would be the same each time.
  if (source === 'header' && !scheme.event.id_signed) return null;
  if (source === 'header') return { ...scheme, samples: [{ ...sample, headers: { ...sample.headers, [name]: id } }] };
  if (sample.json === undefined) return null;
  const json = structuredClone(sample.json) as Record<string, unknown>;
  const path = name.split('.');
  const last = path.pop() as string;
  let at: unknown = json;
  for (const key of path) at = (at as Record<string, unknown> | undefined)?.[key];
  if (typeof at !== 'object' || at === null || typeof (at as Record<string, unknown>)[last] !== 'string') return null;
  (at as Record<string, unknown>)[last] = id;
  return { ...scheme, samples: [{ ...sample, json: json as typeof sample.json }] };
}
