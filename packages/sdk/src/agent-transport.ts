import type { Messaging } from '@patchbay/messaging';

/** The way on which an agent's calls travel: NATS, or something that stands in for it. */
export type AgentTransport = Pick<
  Messaging,
  'request' | 'requestStream' | 'sendSignal' | 'subscribeEvent' | 'hearMessages' | 'onReconnect' | 'flush' | 'close'
>;
