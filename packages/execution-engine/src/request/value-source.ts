import { type ExecutionContext, PatchbayError } from '@patchbay/contracts';
import type { MailPlan } from '../mail/mail-message.ts';
import { buildMail } from '../mail/mail-message.ts';
import type { DataPath } from '../paths/data-path.ts';
import { readDataPath } from '../paths/data-path.ts';
import type { ClockForm } from './clock.ts';
import { clockValue } from './clock.ts';
import type { Filter } from './filters.ts';
import type { KeyScope } from './idempotency-key.ts';
import { upstreamKey } from './idempotency-key.ts';
import { toText } from './text.ts';
import type { VariableRule } from './variables.ts';
import { missingVariable, readVariable } from './variables.ts';

/** What one request is built from. */
export interface RequestContext {
  readonly tenant: string;
  readonly arguments: Record<string, unknown>;
  /** The connection's values for `{variables}`. */
  readonly variables: Record<string, string>;
  /** Decoded bodies of the steps before, by step id. */
  readonly steps: Record<string, unknown>;
  readonly idempotencyKey: string | null;
  /** Unix milliseconds at which the execution began. */
  readonly startedAt: number;
  /** What the caller says of itself. */
  readonly caller: ExecutionContext;
  /** The page to ask for, from the second on. */
  readonly page?: { readonly value?: string | number; readonly url?: string };
}

/** Where a value on the wire comes from, settled once when the tool is prepared. */
export type ValueSource =
  | { readonly kind: 'argument'; readonly name: string; readonly fallback: unknown; readonly nullable: boolean }
  | { readonly kind: 'const'; readonly value: unknown }
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'connection'; readonly rule: VariableRule; readonly required: boolean }
  | {
      readonly kind: 'step';
      readonly step: string;
      readonly path: DataPath;
      readonly text: string;
      readonly required: boolean;
    }
  | { readonly kind: 'clock'; readonly form: ClockForm }
  | { readonly kind: 'caller'; readonly field: keyof ExecutionContext; readonly required: boolean }
  | { readonly kind: 'idempotency_key'; readonly scope: KeyScope }
  /** The place of a page; for the first, what the caller says, if anything. */
  | { readonly kind: 'page'; readonly first: ValueSource | null }
  | { readonly kind: 'mail'; readonly plan: MailPlan }
  /** Where a credential will stand in a URL: its marker, until the request is authorised. */
  | { readonly kind: 'credential'; readonly marker: string }
  | { readonly kind: 'when'; readonly condition: ValueSource; readonly source: ValueSource };

export interface Placeholder {
  readonly source: ValueSource;
  readonly filters: readonly Filter[];
}
/** Literal text and placeholders, in order. */
export type Template = readonly (string | Placeholder)[];

/**
 * The value, or `undefined` when it is absent. Throws `connection_missing` for a required variable without a value,
 * `invalid_request` for a required part of the request's context,
 * `egress_denied` for one that breaks its pattern, and `response_invalid` when an earlier step did not answer with what
 * is required.
 */
export function resolveSource(source: ValueSource, context: RequestContext): unknown {
  switch (source.kind) {
    case 'argument': {
      const value = context.arguments[source.name];
      return value === undefined || (value === null && !source.nullable) ? source.fallback : value;
    }
    case 'const':
      return source.value;
    case 'template':
      return renderTemplate(source.template, context);
    case 'connection': {
      const value = readVariable(source.rule, context.variables);
      if (value === undefined && source.required) throw missingVariable(source.rule.name);
      return value;
    }
    case 'clock':
      return clockValue(source.form, context.startedAt);
    case 'caller': {
      const value = context.caller[source.field];
      if (value === undefined && source.required) throw missingCaller(source.field);
      return value;
    }
    case 'idempotency_key':
      return context.idempotencyKey === null
        ? undefined
        : upstreamKey(context.tenant, source.scope, context.idempotencyKey);
    case 'page':
      return context.page?.value ?? (source.first === null ? undefined : resolveSource(source.first, context));
    case 'mail':
      return buildMail(source.plan, context);
    case 'credential':
      return source.marker;
    case 'when':
      return resolveSource(source.condition, context) === undefined ? undefined : resolveSource(source.source, context);
    case 'step': {
      const value = readDataPath(context.steps[source.step], source.path) ?? undefined;
      if (value !== undefined || !source.required) return value;
      throw new PatchbayError('response_invalid', {
        message: `Step '${source.step}' answered without '${source.text}', which a later step needs.`,
      });
    }
  }
}

/** The text, or `undefined` when a placeholder has no value: what is built from it is then left out. */
export function renderTemplate(template: Template, context: RequestContext): string | undefined {
  let text = '';
  for (const part of template) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    let value = resolveSource(part.source, context);
    if (value === undefined || value === null) return undefined;
    for (const filter of part.filters) value = filter(value);
    text += toText(value);
  }
  return text;
}

function missingCaller(field: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `This tool needs the request's context to say '${field}'.`,
    details: { issues: [{ path: `context.${field}`, message: 'is required by this tool' }] },
  });
}
