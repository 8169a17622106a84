import { PatchbayError, type WebhookSource } from '@patchbay/contracts';
import {
  answerChallenge,
  type FetchCertificate,
  type HookRequest,
  type NotVerified,
  Refusal,
  readEvents,
  renderAnswer,
  type SourceSecret,
  verifyRequest,
  type WebhookScheme,
} from '@patchbay/webhook-schemes';
import type { AcceptEvents } from './accept-events.ts';
import { checkJson } from './check-json.ts';
import { factsOf } from './event-facts.ts';
import type { GuardEvents } from './guard-events.ts';
import type { KeepRequest, Rejection } from './keep-request.ts';
import type { MeetChallenge } from './meet-challenge.ts';
import type { FindSource, HookArrival, HookReply, KeepSecrets, Report } from './ports.ts';
import { problem } from './problem.ts';

/** What became of a request, for counts and the audit log. */
export type HookOutcome =
  | { readonly kind: 'unknown_source' }
  | {
      /** `unavailable`: not all of it could be persisted; what could is told all the same. */
      readonly kind: 'accepted' | 'unavailable';
      readonly source: WebhookSource;
      /** Ids of events that are persisted. */
      readonly events: readonly string[];
      readonly duplicates: number;
    }
  | { readonly kind: 'captured' | 'challenge'; readonly source: WebhookSource }
  | { readonly kind: 'rejected'; readonly source: WebhookSource; readonly reason: Rejection['reason'] };

export interface ReceiveHookPorts {
  readonly sources: FindSource;
  readonly schemes: ReadonlyMap<string, WebhookScheme>;
  readonly secrets: KeepSecrets;
  readonly guardEvents: GuardEvents;
  readonly acceptEvents: AcceptEvents['accept'];
  readonly meetChallenge: MeetChallenge;
  readonly kept: KeepRequest;
  readonly fetchCertificate: (tenant: string) => FetchCertificate;
  /** The URL of a source without its path, where it has none of its own. */
  readonly publicUrl: string;
  readonly observe: (outcome: HookOutcome) => void;
  readonly report: Report;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Reasons that say that the request cannot be read; others that it is not proven. */
const unreadable: ReadonlySet<string> = new Set([
  'body_unreadable',
  'value_missing',
  'value_ambiguous',
  'repeated_header',
  'no_variant',
]);

/** Answers a request to a source. Never rejects for what a request holds, nor for what is away: those are answers. */
export function createReceiveHook(ports: ReceiveHookPorts) {
  return async (arrival: HookArrival): Promise<HookReply> => {
    // 1. Whose is it? What nobody has, and what is switched off, look the same.
    const source = ports.sources.find(arrival.source);
    if (source === null || !source.enabled) {
      ports.observe({ kind: 'unknown_source' });
      return problem(404, arrival.id);
    }
    const request = requestOf(ports, arrival, source);
    if (source.mode === 'capture') return capture(ports, arrival, source, request);
    try {
      return await receive(ports, arrival, source, request);
    } catch (error) {
      // What is away is ours to bring back: the vendor is told to come again, and nothing is lost.
      ports.report('error', 'a webhook could not be taken in', { source: source.id, request: arrival.id, err: error });
      ports.observe(nothingPersisted(source));
      return problem(503, arrival.id);
    }
  };
}

/** Keeps what is known of a request whose body was too long to be read, if it is for one of our sources. */
export function createRefuseTooLarge(
  ports: Pick<ReceiveHookPorts, 'sources' | 'schemes' | 'kept' | 'publicUrl' | 'observe'>,
) {
  return (arrival: HookArrival, bodyBytes: number): void => {
    const source = ports.sources.find(arrival.source);
    if (source === null || !source.enabled) return ports.observe({ kind: 'unknown_source' });
    ports.kept.keep({
      arrival,
      source,
      scheme: ports.schemes.get(source.scheme ?? '') ?? null,
      request: requestOf(ports, arrival, source),
      status: 413,
      rejection: {
        step: 'size',
        reason: 'too_large',
        message: 'The body is longer than it may be.',
        variant: null,
        signed: null,
      },
      secrets: [],
      bodyBytes,
    });
    ports.observe({ kind: 'rejected', source, reason: 'too_large' });
  };
}

function requestOf(
  { publicUrl }: { readonly publicUrl: string },
  arrival: HookArrival,
  source: WebhookSource,
): HookRequest {
  const { method, target, headers, body } = arrival;
  return { method, url: `${source.public_url ?? publicUrl}${target}`, headers, body };
}

async function receive(
  ports: ReceiveHookPorts,
  arrival: HookArrival,
  source: WebhookSource,
  request: HookRequest,
): Promise<HookReply> {
  const scheme = ports.schemes.get(source.scheme ?? '');
  if (scheme === undefined) throw new PatchbayError('internal', { message: `There is no scheme ${source.scheme}.` });
  const secrets = scheme.secret.given_by === 'certificate' ? [] : await ports.secrets.of(source);
  const options = {
    now: ports.now(),
    ...(source.variant !== null && { variant: source.variant }),
    settings: source.settings,
    fetchCertificate: ports.fetchCertificate(source.tenant),
  };
  const refuse = (rejection: Rejection) => reject(ports, { arrival, source, scheme, request, secrets, rejection });

  // 2. Is it a question of the vendor's?
  const challenge = await answerChallenge(scheme, request, secrets, options);
  if (challenge?.kind === 'refused') return refuse(rejectionOf('challenge', challenge.why));
  if (challenge !== null) {
    const answer = await ports.meetChallenge(source, challenge);
    ports.observe({ kind: 'challenge', source });
    return answer;
  }
  // While it is being registered its secret is on the way: a vendor that is early comes again.
  if (source.upstream?.state === 'registering' && secrets.length === 0 && scheme.secret.given_by !== 'certificate') {
    ports.observe(nothingPersisted(source));
    return problem(503, arrival.id);
  }
  if (arrival.method !== 'POST')
    return refuse({ step: 'none', reason: 'method', message: 'Events come by POST.', variant: null, signed: null });

  // 3. Is it the vendor's?
  const verdict = await verifyRequest(scheme, request, secrets, options);
  if (!verdict.ok) return refuse(rejectionOf('verify', verdict));

  // 4. What does it say?
  let found: ReturnType<typeof factsOf>;
  try {
    checkJson(verdict);
    const events = readEvents(scheme, verdict, source.settings);
    found = factsOf(events, { arrival, source, scheme, request, verdict, secrets: secrets.map(({ value }) => value) });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { reason, message } = error;
    return refuse({ step: 'events', reason, message, variant: verdict.variant, signed: null });
  }

  // 5. Is every event of it in the stream, as its tenant wants it kept? Only then may the vendor forget it.
  const { accepted, duplicates, doubtful } = await ports.acceptEvents(ports.guardEvents(source, found));
  const events = accepted.map(({ event }) => event.id);
  ports.observe({ kind: doubtful > 0 ? 'unavailable' : 'accepted', source, events, duplicates });
  if (doubtful > 0) return problem(503, arrival.id);
  return renderAnswer(scheme.answer, { view: verdict.view, settings: source.settings });
}

function capture(
  ports: ReceiveHookPorts,
  arrival: HookArrival,
  source: WebhookSource,
  request: HookRequest,
): HookReply {
  ports.kept.keep({ arrival, source, scheme: null, request, status: 200, rejection: null, secrets: [] });
  ports.observe({ kind: 'captured', source });
  return { status: 200, headers: {}, body: '' };
}

function reject(
  ports: ReceiveHookPorts,
  facts: {
    readonly arrival: HookArrival;
    readonly source: WebhookSource;
    readonly scheme: WebhookScheme;
    readonly request: HookRequest;
    readonly secrets: readonly SourceSecret[];
    readonly rejection: Rejection;
  },
): HookReply {
  const { arrival, source, rejection } = facts;
  const status = statusOf(rejection.reason);
  ports.kept.keep({ ...facts, status, secrets: facts.secrets.map(({ value }) => value) });
  if (status === 503)
    ports.report('warn', 'a certificate could not be fetched', { source: source.id, request: arrival.id });
  ports.observe(status === 503 ? nothingPersisted(source) : { kind: 'rejected', source, reason: rejection.reason });
  return problem(status, arrival.id);
}

function statusOf(reason: Rejection['reason']): number {
  if (reason === 'too_large') return 413;
  if (reason === 'method') return 405;
  // Whether it is the vendor's is not known: it may come again.
  if (reason === 'key_not_fetched') return 503;
  return unreadable.has(reason) ? 400 : 401;
}

function nothingPersisted(source: WebhookSource): HookOutcome {
  return { kind: 'unavailable', source, events: [], duplicates: 0 };
}

function rejectionOf(step: Rejection['step'], { reason, message, variant, signed }: NotVerified): Rejection {
  return { step, reason, message, variant, signed };
}
