import { createRequire } from 'node:module';
import { join } from 'node:path';

/** As much of Moleculer as is used: it is installed apart, and its types with it. */
export interface Broker {
  createService(service: object): void;
  start(): Promise<void>;
  waitForServices(names: string): Promise<void>;
  call(action: string, params: object): Promise<unknown>;
}

/** A node of Moleculer over NATS, with the breaker, limits of time and checks of parameters that it brings. */
export function moleculerBroker(packages: string, nats: string, nodeID: string): Broker {
  const { ServiceBroker } = createRequire(join(packages, 'package.json'))('moleculer') as {
    ServiceBroker: new (options: object) => Broker;
  };
  return new ServiceBroker({
    nodeID,
    transporter: nats,
    logger: false,
    requestTimeout: 10_000,
    circuitBreaker: { enabled: true },
    validator: true,
  });
}
