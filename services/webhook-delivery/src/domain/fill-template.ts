import type { Issue, PlanRequest } from '@patchbay/contracts';
import { joinPath } from '@patchbay/contracts';
import { bodyValue, type EventView, headerValues } from './event-view.ts';

/**
 * Texts with values of an event in braces: `{event.id}`, `{event.type}` and its other plain facts, `{body}`,
 * `{body.a.0.b}`, `{header.x-name}`. What follows a `|` in the braces stands where there is no value. Braces around
 * anything else are text. What comes out of an event is data: it is not looked through for braces again.
 */
const placeholder = /\{(event|body|header)(?:\.([^{}|]{1,256}))?(?:\|([^{}]{0,256}))?\}/g;

/** The facts of an event that a text may name. */
const facts = ['id', 'tenant', 'source', 'scheme', 'type', 'vendor_id', 'received_at', 'content_type'] as const;

/** How deep a template is looked through. */
const maxDepth = 64;

type Place = readonly (string | number)[];

/** What a template came to, and what is missing: `value` is good only without issues. */
export interface Filled<Value> {
  readonly value: Value;
  readonly issues: readonly Issue[];
}

/** Arguments with every value filled in. A text that is nothing but one value becomes it, with its type. */
export function fillArguments(
  template: Readonly<Record<string, unknown>>,
  view: EventView,
): Filled<Record<string, unknown>> {
  return fill(template, view, (value) => value);
}

/**
 * A plan with the values filled into the arguments of its calls, and nowhere else: a condition with an event's text in it
 * would be one that the event's sender wrote. For the same reason what is put in as a whole counts as literal data.
 */
export function fillPlan(template: PlanRequest, view: EventView): Filled<PlanRequest> {
  const issues: Issue[] = [];
  const calls = template.calls.map((call, index) => {
    const filled = fill(call.arguments, view, (value) =>
      typeof value === 'object' && value !== null ? { $literal: value } : value,
    );
    issues.push(...filled.issues.map(({ path, message }) => ({ path: `calls[${index}].${path}`, message })));
    return { ...call, arguments: filled.value };
  });
  return { value: { ...template, calls }, issues };
}

function fill(
  template: Readonly<Record<string, unknown>>,
  view: EventView,
  asData: (value: unknown) => unknown,
): Filled<Record<string, unknown>> {
  const issues: Issue[] = [];
  const walk = (value: unknown, place: Place): unknown => {
    const report = (name: string) =>
      issues.push({ path: joinPath('arguments', place), message: `the event has no ${name}` });
    if (typeof value === 'string') return fillText(value, view, asData, report);
    if (typeof value !== 'object' || value === null) return value;
    if (place.length > maxDepth) {
      issues.push({ path: 'arguments', message: `is nested more than ${maxDepth} levels deep` });
      return null;
    }
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...place, index]));
    const copy: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      // Plain assignment to `__proto__` would set the prototype instead.
      Object.defineProperty(copy, key, {
        value: walk(item, [...place, key]),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return copy;
  };
  return { value: walk(template, []) as Record<string, unknown>, issues };
}

function fillText(
  text: string,
  view: EventView,
  asData: (value: unknown) => unknown,
  report: (name: string) => void,
): unknown {
  const whole = new RegExp(`^${placeholder.source}$`).exec(text);
  if (whole !== null) {
    const [, root = '', name, otherwise] = whole;
    const value = valueIn(view, root, name);
    if (value !== undefined) return asData(value);
    if (otherwise === undefined) report(nameOf(root, name));
    return otherwise ?? null;
  }
  return text.replace(placeholder, (_, root: string, name?: string, otherwise?: string) => {
    const value = valueIn(view, root, name);
    if (value !== undefined && value !== null) return typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (otherwise === undefined) report(nameOf(root, name));
    return otherwise ?? '';
  });
}

/** The key of an event under an `order_by` template; null when a value is missing or null, so that it keeps no order. */
export function orderKey(template: string, view: EventView): string | null {
  let missing = false;
  const report = () => {
    missing = true;
  };
  const asText = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value);
  const key = fillText(template, view, asText, report);
  return missing || key === null ? null : String(key);
}

function valueIn(view: EventView, root: string, name: string | undefined): unknown {
  if (root === 'body') return name === undefined ? view.body : bodyValue(view, name);
  if (name === undefined) return undefined;
  if (root === 'header') return headerValues(view, name)[0];
  const fact = facts.find((one) => one === name);
  return fact === undefined ? undefined : (view.event[fact] ?? undefined);
}

function nameOf(root: string, name: string | undefined): string {
  return name === undefined ? root : `${root} '${name}'`;
}
