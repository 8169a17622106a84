import { sameText } from './encodings.ts';
import { type HookRequest, Refusal } from './hook-request.ts';
import { renderIfThere, renderText, type Values } from './render-template.ts';
import { RequestView } from './request-view.ts';
import type { Answer, Challenge, WebhookScheme } from './scheme.ts';
import { isAt } from './signatures/asymmetric.ts';
import { type NotVerified, type SourceSecret, type VerifyOptions, verifyRequest } from './verify.ts';

/** An HTTP answer, ready to be sent. */
export interface HookAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type ChallengeOutcome =
  | {
      readonly kind: 'answered';
      readonly challenge: string;
      readonly answer: HookAnswer;
      /** The source's secret from now on; it is to be stored before the answer leaves. */
      readonly keepSecret: string | null;
      /** To be fetched, through the egress guard. */
      readonly visit: string | null;
    }
  | { readonly kind: 'refused'; readonly challenge: string; readonly why: NotVerified };

/** Characters of a value that is sent back. Longer ones are no challenge of anybody's. */
const maxEcho = 4_096;

/**
 * The answer to a vendor's question whether the source is who it should be; null when the request is none. What a
 * challenge requires is checked first, and one that would give the source a secret is answered only while it has none.
 */
export async function answerChallenge(
  scheme: WebhookScheme,
  request: HookRequest,
  secrets: readonly SourceSecret[],
  options: VerifyOptions,
): Promise<ChallengeOutcome | null> {
  if (scheme.challenges.length === 0) return null;
  const view = await RequestView.of(request, scheme.json_field).catch(nullOfRefusal);
  if (view === null) return null;
  const values: Values = { view, settings: options.settings ?? {} };
  const challenge = scheme.challenges.find((one) => isMeant(one, values));
  if (challenge === undefined) return null;
  const live = secrets.filter(({ value, expiresAt }) => value.trim() !== '' && (expiresAt ?? Infinity) > options.now);
  try {
    const met = await meet(scheme, challenge, request, live, values, options);
    if ('ok' in met) return { kind: 'refused', challenge: challenge.name, why: met };
    return answerTo(challenge, met.secret, values);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'refused', challenge: challenge.name, why: refused(error) };
  }
}

function isMeant({ when }: Challenge, values: Values): boolean {
  if (!(when.methods as readonly string[]).includes(values.view.request.method)) return false;
  try {
    return (
      when.present.every((template) => isThere(template, values)) &&
      !when.absent.some((template) => isThere(template, values)) &&
      Object.entries(when.matches).every(([template, pattern]) =>
        new RegExp(`^(?:${pattern})$`).test(renderIfThere(template, values) ?? ''),
      ) &&
      Object.entries(when.equals).every(([template, text]) => renderIfThere(template, values) === text)
    );
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function isThere(template: string, values: Values): boolean {
  return (renderIfThere(template, values) ?? '') !== '';
}

/** The secret to answer with, the one that the request was proven by if it was; or what the challenge lacks. */
async function meet(
  scheme: WebhookScheme,
  { requires, keeps_secret }: Challenge,
  request: HookRequest,
  live: readonly SourceSecret[],
  values: Values,
  options: VerifyOptions,
): Promise<{ readonly secret: string | undefined } | NotVerified> {
  if (keeps_secret !== undefined && live.length > 0) {
    return refused(
      new Refusal('token_invalid', 'The source has a secret already; remove it to let the vendor set another.'),
    );
  }
  if (requires === 'nothing') return { secret: live[0]?.value };
  if (requires === 'signature') {
    const verdict = await verifyRequest(scheme, request, live, options);
    return verdict.ok ? { secret: live.find(({ id }) => id === verdict.secret)?.value } : verdict;
  }
  if ('setting' in requires) {
    const expected = values.settings?.[requires.setting] ?? '';
    if (expected.trim() === '')
      return refused(new Refusal('value_missing', `There is no setting ${requires.setting}.`));
    if (sameText(renderText(requires.is, values), expected)) return { secret: live[0]?.value };
    return refused(new Refusal('signature_wrong', `What was sent is not the setting ${requires.setting}.`));
  }
  const given = renderText(requires.secret_is, values);
  const [known] = live.filter(({ value }) => sameText(given, value));
  if (known !== undefined) return { secret: known.value };
  return refused(
    live.length === 0
      ? new Refusal('no_secret', 'The source has no secret that counts.')
      : new Refusal('signature_wrong', 'The token is not the secret.'),
  );
}

function answerTo(challenge: Challenge, secret: string | undefined, values: Values): ChallengeOutcome {
  const full: Values = secret === undefined ? values : { ...values, secret };
  const { keeps_secret, visit } = challenge;
  const url = visit === undefined ? null : renderText(visit.url, full);
  if (url !== null && visit !== undefined && !isAt(url, visit.hosts)) {
    throw new Refusal('key_unusable', `The URL to visit is not at ${visit.hosts.join(', ')}.`);
  }
  return {
    kind: 'answered',
    challenge: challenge.name,
    answer: renderAnswer(challenge.answer, full),
    keepSecret: keeps_secret === undefined ? null : bounded(renderText(keeps_secret, full)),
    visit: url,
  };
}

/** An answer with the request's values in it. Text is never sent as anything a browser would run. */
export function renderAnswer({ status, content_type, body, json, headers = {} }: Answer, values: Values): HookAnswer {
  const text =
    json === undefined
      ? renderText(body ?? '', values)
      : JSON.stringify(Object.fromEntries(Object.entries(json).map(([name, one]) => [name, fill(one, values)])));
  const type = content_type ?? (json === undefined ? 'text/plain' : 'application/json');
  return {
    status,
    headers: {
      ...Object.fromEntries(Object.entries(headers).map(([name, one]) => [name, headerValue(renderText(one, values))])),
      ...(text !== '' && { 'content-type': `${type}; charset=utf-8`, 'x-content-type-options': 'nosniff' }),
    },
    body: bounded(text),
  };
}

function fill(template: string | number, values: Values): string | number {
  return typeof template === 'number' ? template : renderText(template, values);
}

function headerValue(text: string): string {
  if (!/^[\x21-\x7e]{1,512}$/.test(text))
    throw new Refusal('value_missing', 'The value to send back is no header value.');
  return text;
}

function bounded(text: string): string {
  if (text.length > maxEcho)
    throw new Refusal('value_missing', `The value to send back has over ${maxEcho} characters.`);
  return text;
}

function refused({ reason, message }: Refusal): NotVerified {
  return { ok: false, variant: null, reason, message, signed: null };
}

function nullOfRefusal(error: unknown): null {
  if (error instanceof Refusal) return null;
  throw error;
}
