import type { ServerResponse } from 'node:http';
import { jsonAnswer } from './answer/answer.ts';
import { refusal } from './answer/refuse.ts';
import { send } from './answer/send.ts';
import type { Arrival } from './arrival.ts';
import { checkExchange } from './check/check-exchange.ts';
import type { ExchangeEndpoint } from './route/exchange-endpoint.ts';
import type { SandboxState } from './sandbox-state.ts';

/** Seconds that a token of the sandbox is said to live. */
const lifetimeS = 3_600;

/** Gives a token for a credential that is shown as the document says, and nothing for any other request. */
export function answerExchange(
  state: SandboxState,
  response: ServerResponse,
  arrival: Arrival,
  endpoint: ExchangeEndpoint,
): void {
  const { credentials } = state;
  const stored = credentials === 'any' ? null : (credentials[endpoint.integration] ?? null);
  const { status, issues } = checkExchange(arrival, endpoint, stored);
  const message = issues.map((issue) => `${issue.path} ${issue.message}`).join('; ');
  const outcome = { arrival, judgement: null, behaviours: [], replayed: false, violations: [], endpoint };
  if (status !== 200) {
    const refused = refusal(status, 'wrong_token_exchange', message);
    state.recorder.add({ ...outcome, verdict: 'refused', status, message });
    return send(response, refused.answer);
  }
  const body = {};
  put(body, endpoint.lifetimePath, lifetimeS);
  put(body, endpoint.tokenPath, state.tokens.issue(endpoint.integration));
  state.recorder.add({ ...outcome, verdict: 'accepted', status, message: '' });
  send(response, jsonAnswer(200, body));
}

/** Sets the value at the end of a path of names and places in lists. */
function put(target: object, steps: readonly string[], value: unknown): void {
  let node = target as Record<string, unknown>;
  for (const [index, step] of steps.entries()) {
    if (index === steps.length - 1) node[step] = value;
    else {
      node[step] ??= /^\d+$/.test(steps[index + 1] as string) ? [] : {};
      node = node[step] as Record<string, unknown>;
    }
  }
}
