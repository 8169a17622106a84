import { hash } from 'node:crypto';
import type { Credential } from '@patchbay/contracts';
import { errorBody, toErrorBody } from '@patchbay/contracts';
import type { EgressOutcome } from '@patchbay/egress';
import { secretValues } from '../auth/credential-fields.ts';
import type { ExchangePlan, ExchangeRequest } from '../auth/exchange-plan.ts';
import type { TokenOutcome } from '../auth/token-exchanges.ts';
import { readDataPath } from '../paths/data-path.ts';
import { decodeBody } from '../response/decode-body.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import { judgeEgressFailure } from './judge-egress-failure.ts';
import type { Failure } from './verdict.ts';
import { refusal } from './verdict.ts';

const maxAnswerBytes = 65_536;
const maxTokenLength = 16_384;
/** A token is renewed a tenth of its life before its end, and at most this many milliseconds before. */
const maxMarginMs = 60_000;

/** Sees to it that the execution has a token to show, inside its deadline. A failure: the upstream was not called. */
export async function ensureToken(ports: AttemptPorts, execution: Execution): Promise<Failure | null> {
  const { input, credential } = execution;
  const { exchange } = input.prepared;
  if (exchange === null || credential === null || execution.shown !== null) return null;
  let request: ExchangeRequest;
  try {
    request = exchange.build(credential, execution.context);
  } catch (error) {
    return refusal(toErrorBody(error));
  }
  const mark = markOf(execution, request.url, credential);
  const flight = ports.exchanges.get(mark, ports.now(), () => ask(ports, execution, exchange, request));
  const startedAt = ports.now();
  const outcome = await ports.watch.guard<TokenOutcome>(untilAborted(flight, input.signal), input.deadlineAt, () => ({
    ok: false,
    error: errorBody('deadline_exceeded', { message: 'No token was given before the deadline.' }),
  }));
  execution.upstreamMs += ports.now() - startedAt;
  if (!outcome.ok) return refusal(outcome.error, outcome.error.code === 'cancelled' ? 'cancelled' : 'refused');
  execution.shown = exchange.shown(credential, outcome.token.value);
  execution.token = { mark, value: outcome.token.value };
  return null;
}

/** The upstream refused the token: forgets it. False when there was none. */
export function dropToken(ports: AttemptPorts, execution: Execution): boolean {
  const { token } = execution;
  if (token === null) return false;
  ports.exchanges.forget(token.mark, token.value);
  execution.token = null;
  execution.shown = null;
  return true;
}

function markOf({ input }: Execution, url: string, credential: Credential): string {
  return hash(
    'sha256',
    JSON.stringify([input.tenant, input.prepared.integration, input.prepared.version, url, secretValues(credential)]),
  );
}

/** One call for all who wait, so it has its own time and nobody's signal. Never rejects. */
async function ask(
  ports: AttemptPorts,
  { input }: Execution,
  exchange: ExchangePlan,
  request: ExchangeRequest,
): Promise<TokenOutcome> {
  const { document, timeoutMs } = input.prepared;
  const outcome: EgressOutcome | null = await ports
    .send({
      tenant: input.tenant,
      ...request,
      deadlineAt: ports.now() + timeoutMs,
      maxResponseBytes: maxAnswerBytes,
      followRedirects: false,
    })
    .catch(() => null);
  if (outcome === null) return failed('upstream_unreachable', `No connection to ${document.name} could be made.`);
  if (!outcome.ok) return { ok: false, error: judgeEgressFailure(outcome.failure, 'read', document.name, false).error };
  const { response } = outcome;
  if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429)
    return failed(
      'credential_expired',
      `${document.name} gave no token for the connection's credential.`,
      response.status,
    );
  if (response.status === 429) return failed('rate_limited', `${document.name} gives no more tokens for a while.`, 429);
  if (response.status < 200 || response.status >= 300)
    return failed(
      'upstream_error',
      `${document.name} answered ${response.status} to the token exchange.`,
      response.status,
    );
  const decoded = decodeBody(response.body, response.contentType);
  const token = decoded.ok ? readDataPath(decoded.value, exchange.token) : undefined;
  if (typeof token !== 'string' || token.length > maxTokenLength || !/^[\x21-\x7e]+$/.test(token))
    return failed('response_invalid', `${document.name} answered the token exchange without a token.`, response.status);
  const seconds = decoded.ok ? Number(readDataPath(decoded.value, exchange.expiresIn)) : Number.NaN;
  const lifeMs = seconds > 0 ? seconds * 1_000 : exchange.lifetimeMs;
  return { ok: true, token: { value: token, usableUntil: ports.now() + lifeMs - Math.min(maxMarginMs, lifeMs / 10) } };
}

function failed(code: Parameters<typeof errorBody>[0], message: string, status?: number): TokenOutcome {
  const details = { during: 'token_exchange', ...(status === undefined ? {} : { upstream_status: status }) };
  return { ok: false, error: errorBody(code, { message, details }) };
}

function untilAborted(flight: Promise<TokenOutcome>, signal: AbortSignal | undefined): Promise<TokenOutcome> {
  if (signal === undefined) return flight;
  const cancelled: TokenOutcome = { ok: false, error: errorBody('cancelled') };
  if (signal.aborted) return Promise.resolve(cancelled);
  return new Promise((resolve) => {
    const stop = (): void => resolve(cancelled);
    signal.addEventListener('abort', stop, { once: true });
    void flight.then((outcome) => {
      signal.removeEventListener('abort', stop);
      resolve(outcome);
    });
  });
}
