import { hash } from 'node:crypto';
import type { Arrival } from '../arrival.ts';
import type { Judgement } from '../check/judge.ts';
import type { ExchangeEndpoint } from '../route/exchange-endpoint.ts';
import type { RecordedRequest, RecordFilter, Violation, ViolationKind } from '../types.ts';
import { Ring } from './ring.ts';

/** What became of a request, to be recorded. */
export interface Outcome {
  readonly arrival: Arrival;
  readonly judgement: Judgement | null;
  /** Set where a token was asked for. */
  readonly endpoint?: ExchangeEndpoint;
  readonly verdict: RecordedRequest['verdict'];
  readonly status: number;
  readonly message: string;
  readonly behaviours: readonly string[];
  readonly replayed: boolean;
  readonly violations: readonly { readonly kind: ViolationKind; readonly detail: string }[];
}

const maxViolations = 1_000;

/** Keeps what arrived. Totals and violations always; requests only when told to. Never a credential's value. */
export class Recorder {
  readonly #requests: Ring<RecordedRequest>;
  readonly #violations = new Ring<Violation>(maxViolations);
  readonly #keepsRequests: boolean;
  #accepted = 0;
  #refused = 0;
  #violationCount = 0;

  constructor(keepsRequests: boolean, capacity: number) {
    this.#keepsRequests = keepsRequests;
    this.#requests = new Ring(capacity);
  }

  add(outcome: Outcome): void {
    const { arrival, judgement, violations } = outcome;
    if (outcome.verdict === 'accepted') this.#accepted++;
    else this.#refused++;
    if (violations.length > 0) this.#addViolations(outcome);
    if (!this.#keepsRequests) return;
    const secrets = secretsIn(outcome);
    const target = judgement?.target ?? null;
    this.#requests.push({
      number: this.#accepted + this.#refused,
      at: new Date().toISOString(),
      tool: target?.tool ?? null,
      integration: (target ?? outcome.endpoint)?.integration ?? null,
      version: (target ?? outcome.endpoint)?.version ?? null,
      step: target?.step ?? null,
      method: arrival.method,
      host: arrival.host,
      path: withoutSecrets(arrival.path, secrets),
      arguments: (judgement === null ? {} : scrub(judgement.values, secrets)) as Record<string, unknown>,
      verdict: outcome.verdict,
      status: outcome.status,
      issues:
        judgement === null || judgement.issues.length === 0
          ? outcome.message === ''
            ? []
            : [{ path: '', message: outcome.message }]
          : judgement.issues,
      violations: violations.map((violation) => violation.kind),
      behaviours: outcome.behaviours,
      idempotencyKey: judgement?.idempotencyKey ?? null,
      replayed: outcome.replayed,
      credential:
        judgement?.shown == null
          ? null
          : { scheme: judgement.shown.scheme, sha256: hash('sha256', secrets.join('\0')).slice(0, 16) },
      traceparent: arrival.header('traceparent') ?? null,
    });
  }

  #addViolations(outcome: Outcome): void {
    const { arrival, violations } = outcome;
    this.#violationCount += violations.length;
    const path = withoutSecrets(arrival.path, secretsIn(outcome));
    for (const { kind, detail } of violations)
      this.#violations.push({
        kind,
        detail,
        host: arrival.host,
        method: arrival.method,
        path,
        at: new Date().toISOString(),
      });
  }

  requests(filter: RecordFilter = {}): RecordedRequest[] {
    const names = ['tool', 'step', 'integration', 'verdict'] as const;
    return this.#requests
      .toArray()
      .filter((request) => names.every((name) => filter[name] === undefined || filter[name] === request[name]));
  }

  violations(kind?: ViolationKind): Violation[] {
    return this.#violations.toArray().filter((violation) => kind === undefined || violation.kind === kind);
  }

  counts(): { requests: number; accepted: number; refused: number; violations: number } {
    return {
      requests: this.#accepted + this.#refused,
      accepted: this.#accepted,
      refused: this.#refused,
      violations: this.#violationCount,
    };
  }

  clear(): void {
    this.#requests.clear();
    this.#violations.clear();
    this.#accepted = 0;
    this.#refused = 0;
    this.#violationCount = 0;
  }
}

/** What must not be recorded; of a request that no tool matched, whatever an Authorization header carried. */
function secretsIn({ arrival, judgement }: Outcome): readonly string[] {
  if (judgement?.shown) return judgement.shown.secrets;
  const carried = arrival.header('authorization')?.split(' ').at(-1) ?? '';
  return carried.length < 8 ? [] : [carried];
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => (secret === '' ? left : left.replaceAll(secret, '[credential]')), text);
}

/** Arguments never hold the credential; if they do, that is a violation, and the record still does not. */
function scrub(value: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0) return value;
  if (typeof value === 'string') return withoutSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((item) => scrub(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, scrub(inner, secrets)]));
}
