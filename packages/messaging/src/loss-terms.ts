/**
 * How a lost connection is noticed and made anew, for ever. A server that is silent, as when its machine lost power, is found out by two
 * pings without an answer, after six to nine seconds; one that takes a connection and says nothing is given twelve, since
 * it refuses a key that nobody knows only after ten, where nobody is there to be asked about it.
 */
export const lossTerms = {
  maxReconnectAttempts: -1,
  // A reconnect that came too late to sign is no reason to give up for good.
  ignoreAuthErrorAbort: true,
  reconnectTimeWait: 250,
  reconnectJitter: 250,
  timeout: 12_000,
  pingInterval: 3_000,
  maxPingOut: 2,
} as const;
