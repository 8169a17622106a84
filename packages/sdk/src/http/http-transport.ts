import { events, PatchbayError, routes } from '@patchbay/contracts';
import type { AgentTransport } from '../agent-transport.ts';
import { type Live, live } from '../live/live.ts';
import type { HttpRequests, HttpTerms } from './http-requests.ts';
import { httpRouteOf } from './http-routes.ts';
import { StreamedRequests } from './streamed-requests.ts';

/** Events that the gateway tells live, by the subject of the event, and of which type they are there. */
const followed = {
  [events.executionFinished.subject]: { topic: 'executions', type: /\.execution\.finished$/ },
  [events.submissionFinished.subject]: { topic: 'submissions', type: /\.submission\.finished$/ },
  [events.planProgress.subject]: { topic: 'plans', type: /\.plan\.progress$/ },
  [events.registryChanged.subject]: { topic: 'registry', type: /\.registry\./ },
} as const;

/**
 * An agent's way over HTTP, for what the gateway serves. Events come over its WebSocket, which is opened when the first is
 * listened for.
 */
export function httpTransport(requests: HttpRequests, terms: HttpTerms): AgentTransport {
  const streams = new StreamedRequests(requests);
  let socket: Live | null = null;

  const transport = {
    async request(
      route: Parameters<AgentTransport['request']>[0],
      _values: unknown,
      body: Record<string, unknown>,
      options: Parameters<AgentTransport['request']>[3] = {},
    ): Promise<unknown> {
      const { method, path, sent, headers, repeatable, read } = httpRouteOf(route.subject, body);
      try {
        const answer = await requests.json(method, path, {
          ...(sent !== undefined && { body: sent }),
          headers: { ...headers, ...(options.traceparent !== undefined && { traceparent: options.traceparent }) },
          timeoutMs: options.timeoutMs ?? route.timeoutMs,
          signal: options.signal,
          repeatable,
        });
        return route.response.parse(read(answer));
      } catch (error) {
        // A call that did not succeed is a problem, and what it came to is in it.
        if (
          error instanceof PatchbayError &&
          error.body.details.result !== undefined &&
          resultRoutes.has(route.subject)
        )
          return route.response.parse(error.body.details.result);
        throw error;
      }
    },
    requestStream: streams.begin,
    sendSignal: streams.signal,
    subscribeEvent(
      route: { readonly subject: string },
      values: { readonly plan?: string },
      listener: (body: never) => void,
    ) {
      const place = (followed as Readonly<Record<string, (typeof followed)[keyof typeof followed]>>)[route.subject];
      if (place === undefined) throw overNatsOnly('These events are told over NATS only.');
      socket ??= live({
        url: terms.url,
        key: terms.apiKey,
        ...(terms.tenant !== undefined && { tenant: terms.tenant }),
      });
      const { stop } = socket.follow(place.topic, {
        onEvent({ type, data }) {
          if (!place.type.test(type)) return;
          if (values.plan !== undefined && (data as { plan_id?: unknown }).plan_id !== values.plan) return;
          listener(data as never);
        },
      });
      return { unsubscribe: stop };
    },
    hearMessages() {
      throw overNatsOnly('Webhooks as they come are told over NATS only.');
    },
    onReconnect: () => ({ unsubscribe() {} }),
    async flush() {},
    async close() {
      streams.close();
      socket?.close();
    },
  };
  return transport as unknown as AgentTransport;
}

/** Routes whose failed answers are results of their own. */
const resultRoutes: ReadonlySet<string> = new Set([routes.executeTool.subject, routes.executePlan.subject]);

function overNatsOnly(message: string): PatchbayError {
  return new PatchbayError('invalid_request', { message });
}
