import { PatchbayError, platformScope } from '@patchbay/contracts';
import { type Agent, agentOver } from '../agent.ts';
import type { CallDefaults } from '../execute.ts';
import { HttpRequests, type HttpTerms } from './http-requests.ts';
import { httpTransport } from './http-transport.ts';

/** `deadlineMs` and `context` are for calls that name none. */
export interface HttpAgentSettings extends HttpTerms, CallDefaults {}

/** Milliseconds that the gateway may take to say who we are. */
const helloMs = 10_000;

/**
 * Connects an agent over HTTP, with the same interface as over NATS: in Node.js, pages and workers, with nothing but `fetch`.
 * The gateway is asked once whose key it is.
 * @throws PatchbayError `not_authenticated` for a key that is not taken, `invalid_request` for settings that cannot be used,
 *   `overloaded` when no gateway answers.
 */
export async function connectHttp(settings: HttpAgentSettings): Promise<Agent> {
  const requests = new HttpRequests(settings);
  const me = (await requests.json('GET', '/v1/me', { timeoutMs: helloMs, repeatable: true })) as { tenant?: unknown };
  const tenant = me.tenant === platformScope ? settings.tenant : me.tenant;
  if (typeof tenant !== 'string')
    throw new PatchbayError('invalid_request', { message: 'A key of the platform needs a tenant to act for.' });
  return agentOver(httpTransport(requests, settings), tenant, settings);
}
