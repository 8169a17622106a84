import type { PrivacyFinding, WebhookSource } from '@patchbay/contracts';
import { type CompiledPrivacyPolicy, type CompiledRules, carryOut } from '@patchbay/privacy-policy';
import type { FoundEvents, NewEvent } from './event-facts.ts';

export interface GuardEventsPorts {
  /** Null: the tenant has none. `unusable`: it has one that cannot be read. */
  readonly policyOf: (tenant: string) => CompiledPrivacyPolicy | 'unusable' | null;
  /** Something personal was found and acted on. The findings hold no values. */
  readonly found: (source: WebhookSource, event: string, findings: readonly PrivacyFinding[], blocked: boolean) => void;
}

/** What stands for a body that is not to go on. The event itself stays: that something came is told. */
const withheld = '{"withheld":"privacy"}';

const formType = /^application\/x-www-form-urlencoded\b/i;

/**
 * What a tenant's privacy policy makes of the events of a verified request before they are stored, so that neither the stream nor
 * anybody who reads it has what is to go. No key for tokens is lent here: what is to be a token is redacted. A tenant without a policy costs
 * a look into a map.
 */
export function createGuardEvents({ policyOf, found }: GuardEventsPorts) {
  return (source: WebhookSource, events: FoundEvents): FoundEvents => {
    const policy = policyOf(source.tenant);
    if (policy === null) return events;
    const rules = policy === 'unusable' ? 'unusable' : policy.webhooks;
    if (rules === null || (rules !== 'unusable' && exempts(rules, source))) return events;
    const guarded = events.events.map((one) => {
      if (rules === 'unusable') return { ...one, event: withoutQuery(one.event), payload: withheld };
      const { payload, findings, blocked } = guardPayload(one, rules);
      if (findings.length > 0) found(source, one.event.id, findings, blocked);
      return { ...one, event: withoutQuery(one.event), payload };
    });
    // The whole body of a request of several events says again what each of them says, and cannot be taken apart as they can.
    return { events: guarded, request: events.request === null ? null : Buffer.from(withheld) };
  };
}

export type GuardEvents = ReturnType<typeof createGuardEvents>;

function exempts(rules: CompiledRules, { id, name }: WebhookSource): boolean {
  return rules.exempts(id) || (name !== '' && rules.exempts(name));
}

/** What an URL says behind the question mark is no less than what a body says, and is no part of the event. */
function withoutQuery(event: NewEvent['event']): NewEvent['event'] {
  const at = event.request.url.indexOf('?');
  return at === -1 ? event : { ...event, request: { ...event.request, url: event.request.url.slice(0, at) } };
}

function guardPayload(
  { event, payload }: NewEvent,
  rules: CompiledRules,
): { payload: Uint8Array | string; findings: readonly PrivacyFinding[]; blocked: boolean } {
  const text = typeof payload === 'string' ? payload : textOf(payload);
  // Bytes that are no text can say anything: nothing of them goes on that nobody looked at.
  if (text === null)
    return { payload: withheld, findings: [{ path: 'event', found: 'unreadable', action: 'block' }], blocked: true };
  const { value, write } = readBody(text, event, typeof payload === 'string');
  const { value: left, findings, blocked } = carryOut(value, rules, null, (_value, what) => `[${what}]`, 'event');
  if (findings.length === 0) return { payload, findings, blocked };
  return { payload: blocked ? withheld : write(left), findings, blocked };
}

interface Body {
  readonly value: unknown;
  /** The text of such a value, in the form that it came in. */
  readonly write: (value: unknown) => string;
}

function readBody(text: string, { content_type, count }: NewEvent['event'], isItem: boolean): Body {
  // The items of a list are JSON, whatever they came in.
  if (!isItem && count === 1 && formType.test(content_type ?? '')) {
    const pairs = [...new URLSearchParams(text)];
    return {
      value: pairs.map(([name, value]) => ({ [name]: value })),
      write: (fields) =>
        new URLSearchParams((fields as Record<string, string>[]).flatMap((field) => Object.entries(field))).toString(),
    };
  }
  try {
    return { value: JSON.parse(text), write: JSON.stringify };
  } catch {
    return { value: text, write: String };
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
