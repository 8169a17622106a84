import type { ExecutionResult } from '@patchbay/contracts';
import type { CallOutcome, MakeCall } from '../run/call-outcome.ts';
import type { MixedCall } from '../work/tool-mix.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { lostAnswer } from './lost-answer.ts';
import { outcomeOf } from './nats-caller.ts';

/** Whose calls they are, over HTTP. */
export interface HttpCallerTerms {
  /** Secret. */
  readonly apiKey: string;
  readonly tenant: string;
  readonly deadlineMs: number;
}

/** Milliseconds past its deadline in which a call's answer is still waited for. */
export const graceMs = 2_000;

/** Calls over the gateway's REST, once each: what is refused is not sent again. */
export function restCaller(
  client: HttpClient,
  callOf: (number: number) => MixedCall,
  { apiKey, tenant, deadlineMs }: HttpCallerTerms,
): MakeCall {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'patchbay-tenant': tenant,
    'content-type': 'application/json',
    accept: 'application/json',
  };
  return async (number) => {
    const { tool, arguments: args, idempotencyKey } = callOf(number);
    const body = JSON.stringify({
      arguments: args,
      deadline_ms: deadlineMs,
      ...(idempotencyKey !== undefined && { idempotency_key: idempotencyKey }),
    });
    const path = `/v1/tools/${encodeURIComponent(tool)}/execute`;
    try {
      return outcomeOfAnswer(await client.post(path, headers, body, deadlineMs + graceMs), tool);
    } catch (error) {
      return lostAnswer(error, tool);
    }
  };
}

function outcomeOfAnswer({ status, body }: HttpAnswer, what: string): CallOutcome {
  const said = asObject(body);
  if (status === 200 && typeof said.status === 'string') return outcomeOf(said as unknown as ExecutionResult, what);
  // A problem holds what the execution came to, if there was one.
  const result = said.result as ExecutionResult | undefined;
  if (result?.status !== undefined) return outcomeOf(result, what);
  const code = typeof said.code === 'string' ? said.code : `http_${status}`;
  return { status: status < 500 || status === 503 ? 'refused' : 'failed', code, what };
}

/** The object that a text of JSON is; without fields where it is none. */
export function asObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
