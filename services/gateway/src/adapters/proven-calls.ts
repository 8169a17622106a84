import { type RequestRoute, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/** Routes on which the gateway is believed when it says who came in, by the tenants' own that they stand in for. */
const proven: ReadonlyMap<RequestRoute, RequestRoute> = new Map<RequestRoute, RequestRoute>([
  [routes.executeTool, routes.executeToolFor],
  [routes.executePlan, routes.executePlanFor],
  [routes.submitTool, routes.submitToolFor],
]);

/** The same connection, whose calls say who came in by it: policies go by the role and the key of whoever asks. */
export function provenCalls(messaging: Messaging): Messaging {
  const said = (values: Readonly<Record<string, string>>) => ({ ...values, caller: 'gateway' });
  return Object.create(messaging, {
    request: {
      value: ((route, values, body, options) => {
        const standIn = proven.get(route);
        return standIn === undefined
          ? messaging.request(route, values, body, options)
          : messaging.request(standIn as typeof route, said(values), body, options);
      }) satisfies Messaging['request'],
    },
    requestStream: {
      value: ((route, values, body, options) => {
        const standIn = proven.get(route);
        return standIn === undefined
          ? messaging.requestStream(route, values, body, options)
          : messaging.requestStream(standIn as typeof route, said(values), body, options);
      }) satisfies Messaging['requestStream'],
    },
  });
}
