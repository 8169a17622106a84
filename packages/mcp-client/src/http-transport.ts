import {
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client';
import type { Egress } from '@patchbay/egress';
import { createEgressFetch, housekeepingMs, maxHousekeepingBytes, type SessionTarget } from './egress-fetch.ts';
import { ExchangeScope, exchangeScopes } from './exchange-scope.ts';

/** Streamable HTTP through egress. Requests count against the scope they are sent in, everything else against one of its own. */
export class HttpTransport extends StreamableHTTPClientTransport {
  constructor(egress: Pick<Egress, 'open'>, target: SessionTarget) {
    super(new URL(target.url), {
      fetch: createEgressFetch(egress, target, housekeeping),
      onInsufficientScope: 'throw',
      // An answer whose stream broke is lost; asking for the rest of it is the caller's to decide, by the tool's idempotency.
      reconnectionOptions: {
        maxRetries: 0,
        initialReconnectionDelay: 1,
        maxReconnectionDelay: 1,
        reconnectionDelayGrowFactor: 1,
      },
    });
  }

  override send(message: JSONRPCMessage | JSONRPCMessage[], options?: TransportSendOptions): Promise<void> {
    const asks = !Array.isArray(message) && 'method' in message && 'id' in message;
    const scope = (asks ? exchangeScopes.getStore() : undefined) ?? housekeeping();
    const onRequestStreamEnd = () => {
      options?.onRequestStreamEnd?.();
      scope.onStreamEnd();
    };
    return exchangeScopes.run(scope, () => super.send(message, { ...(options as object), onRequestStreamEnd }));
  }
}

function housekeeping(): ExchangeScope {
  return new ExchangeScope(performance.now() + housekeepingMs, maxHousekeepingBytes);
}
