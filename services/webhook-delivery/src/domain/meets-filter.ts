import type { WebhookCondition, WebhookFilter } from '@patchbay/contracts';
import { bodyValue, type EventView, headerValues } from './event-view.ts';

/** Whether an event meets a subscription's filter. */
export function meetsFilter(filter: WebhookFilter, view: EventView): boolean {
  if ('all' in filter) return filter.all.every((one) => meetsFilter(one, view));
  if ('any' in filter) return filter.any.some((one) => meetsFilter(one, view));
  if ('not' in filter) return !meetsFilter(filter.not, view);
  return meetsCondition(filter, view);
}

function meetsCondition(condition: WebhookCondition, view: EventView): boolean {
  const values =
    condition.header === undefined ? [bodyValue(view, condition.body ?? '')] : headerValues(view, condition.header);
  const there = values.filter((value) => value !== undefined);
  if (there.length === 0) return condition.exists === false && !testsValue(condition);
  return there.some((value) => meetsTests(condition, value));
}

/** Whether the condition asks for more than being there or not. */
function testsValue({ body: _body, header: _header, exists: _exists, ...tests }: WebhookCondition): boolean {
  return Object.values(tests).some((test) => test !== undefined);
}

/** Every test that the condition has must hold of the one value. */
function meetsTests(
  { exists, equals, in: among, prefix, suffix, contains, gt, lt }: WebhookCondition,
  value: unknown,
): boolean {
  if (exists === false) return false;
  if (equals !== undefined && value !== equals) return false;
  if (among?.every((one) => value !== one)) return false;
  const text = textOf(value);
  if (prefix !== undefined && !text?.startsWith(prefix)) return false;
  if (suffix !== undefined && !text?.endsWith(suffix)) return false;
  if (contains !== undefined && !contained(value, text, contains)) return false;
  const number = numberOf(value);
  if (gt !== undefined && !(number > gt)) return false;
  return lt === undefined || number < lt;
}

/** A list contains its elements, a text what stands in it. */
function contained(value: unknown, text: string | null, wanted: string): boolean {
  return Array.isArray(value) ? value.includes(wanted) : text?.includes(wanted) === true;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** NaN for what is no number: it is neither greater nor less than anything. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
