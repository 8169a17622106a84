import { type Authenticator, errors, type NatsConnection, tokenAuthenticator } from '@nats-io/transport-node';
import { maxMessageBytes, PatchbayError } from '@patchbay/contracts';
import { AckInbox } from './ack-inbox.ts';
import { answerBroadcast, askEvery } from './broadcast.ts';
import { openBucket } from './bucket.ts';
import { type CoalescingConnection, connectCoalescing } from './coalescing-transport.ts';
import { consumeBatches } from './consume.ts';
import { discoverServices, serviceStatus } from './discover-services.ts';
import { publishDurable } from './durable-publish.ts';
import { durableNames, durableState, makeDurable, purgeSubject, removeDurable, streamBounds } from './durables.ts';
import { answerEvent, askAll, publishEvent, publishHeard, subscribeEvent } from './events.ts';
import { flushPatiently } from './flush.ts';
import { FollowedRequests } from './followed-requests.ts';
import { hearMessages } from './hear-messages.ts';
import { HeardPublishes } from './heard-publish.ts';
import { lossTerms } from './loss-terms.ts';
import { nkeyAuthenticator } from './nkeys.ts';
import { OwnPresence, PresenceWatch } from './presence.ts';
import { provision } from './provision.ts';
import { openReplyStream } from './reply-stream.ts';
import { sendRequest } from './request.ts';
import { requestStream } from './request-stream.ts';
import { serveEndpoints } from './serve.ts';
import { listenSignal, sendSignal } from './signals.ts';
import { backUpStream, restoreStream } from './stream-backup.ts';
import { pushStream } from './stream-push.ts';
import { eraseMessage, nextOfSubject, readStream, streamMessage } from './stream-read.ts';
import type { ConnectOptions, Messaging } from './types.ts';
import { workThrough } from './work.ts';

/** Connections tried before a server that is too busy to let us in counts as unreachable. */
const connectAttempts = 5;

/**
 * Connects to NATS as one identity and stays connected: after a loss it tries for ever, with jitter, over all servers.
 * @throws PatchbayError `overloaded` when no server can be reached, `not_permitted` when the identity is refused.
 */
export async function connectMessaging(options: ConnectOptions): Promise<Messaging> {
  const { connection, written } = await connectPatiently(options);
  const acks = new AckInbox(connection, options.inboxPrefix);
  const own = new OwnPresence(connection, options.inboxPrefix);
  const heard = new HeardPublishes(connection, options.inboxPrefix);
  const presences = new PresenceWatch(connection, options.inboxPrefix);
  const reconnectListeners = new Set<() => void>();
  let up = true;
  const followed = new FollowedRequests(connection, options.inboxPrefix, () => up);
  void followStatus(connection, [acks, followed], (type, detail) => {
    if (type === 'disconnect') up = false;
    if (type === 'reconnect') {
      up = true;
      for (const listener of reconnectListeners) listener();
    }
    options.onStatus?.({ type, ...(detail !== undefined && { detail }) });
  });
  return {
    request: (route, values, body, requestOptions) =>
      sendRequest(connection, route, values, body, requestOptions, own, followed),
    get presence() {
      return own.subject;
    },
    watchPresence: (presence, onGone) => presences.watch(presence, onGone),
    requestStream: (route, values, body, streamOptions) =>
      requestStream(connection, options.inboxPrefix, route, values, body, streamOptions),
    openReplyStream: (replyTo, onGone) => openReplyStream(connection, options.inboxPrefix, replyTo, onGone),
    sendSignal: (route, values, body) => sendSignal(connection, route, values, body),
    listenSignal: (route, values, onSignal) => listenSignal(connection, route, values, onSignal),
    serve: (service, endpoints) => serveEndpoints(connection, service, endpoints),
    publishEvent: (route, values, body, eventOptions) =>
      publishEvent(connection, route, values, body, eventOptions?.traceparent),
    publishHeard: (route, values, payload, named) => publishHeard(connection, heard, route, values, payload, named),
    subscribeEvent: (route, values, onEvent) => subscribeEvent(connection, route, values, onEvent),
    hearMessages: (template, values, onMessage) => hearMessages(connection, template, values, onMessage),
    onReconnect(listener) {
      // Of its own, so that one who listens twice can stop once.
      const call = () => listener();
      reconnectListeners.add(call);
      return { unsubscribe: () => void reconnectListeners.delete(call) };
    },
    askAll: (route, values, body, answer, askOptions) => askAll(connection, route, values, body, answer, askOptions),
    answerEvent: (route, onEvent) => answerEvent(connection, route, onEvent),
    askEvery: (route, body) => askEvery(connection, route, body),
    answerBroadcast: (route, onAsked, onError) => answerBroadcast(connection, route, onAsked, onError),
    publishDurable: (subject, payload, publishOptions) => publishDurable(acks, subject, payload, publishOptions),
    bucket: (name) => openBucket(connection, acks, name),
    consume: (stream, durable, consumeOptions) => consumeBatches(connection, stream, durable, consumeOptions),
    work: (stream, durable, workOptions) => workThrough(connection, stream, durable, workOptions),
    pushStream: (stream, pushOptions) => pushStream(connection, stream, pushOptions),
    readStream: (stream, readOptions) => readStream(connection, stream, readOptions),
    streamMessage: (stream, sequence) => streamMessage(connection, stream, sequence),
    nextOfSubject: (stream, of, from) => nextOfSubject(connection, stream, of, from),
    eraseMessage: (stream, sequence) => eraseMessage(connection, stream, sequence),
    streamBounds: (stream) => streamBounds(connection, stream),
    backUpStream: (stream, backUpOptions) => backUpStream(connection, options.inboxPrefix, stream, backUpOptions),
    restoreStream: (snapshot, chunks) => restoreStream(connection, snapshot, chunks),
    purgeSubject: (stream, subject) => purgeSubject(connection, stream, subject),
    makeDurable: (durable) => makeDurable(connection, durable),
    removeDurable: (stream, durable) => removeDurable(connection, stream, durable),
    durableNames: (stream) => durableNames(connection, stream),
    durableState: (stream, durable) => durableState(connection, stream, durable),
    provision: (plan) => provision(connection, plan),
    discoverServices: ({ timeoutMs = 500 } = {}) => discoverServices(connection, timeoutMs),
    serviceStatus: (name, { timeoutMs = 500 } = {}) => serviceStatus(connection, name, timeoutMs),
    written,
    flush: () => flushPatiently(connection),
    get connected() {
      return up && !connection.isClosed();
    },
    get serverVersion() {
      return connection.info?.version ?? '';
    },
    get maxPayloadBytes() {
      return connection.info?.max_payload ?? maxMessageBytes;
    },
    async close() {
      if (connection.isClosed()) return;
      // Draining needs the server; without one there is nothing to deliver any more.
      await (up ? connection.drain() : connection.close()).catch(() => connection.close());
    },
  };
}

/** Tries again when the server gave up waiting for our signature: it allows two seconds, and a busy machine needs longer. */
async function connectPatiently(options: ConnectOptions): Promise<CoalescingConnection> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectCoalescing({
        servers: [...options.servers],
        authenticator: authenticatorOf(options.seed),
        name: options.name,
        inboxPrefix: options.inboxPrefix,
        ...lossTerms,
        // Async stack traces cost a third of the throughput; our errors are typed and say where they come from.
        noAsyncTraces: true,
      });
    } catch (error) {
      const tooSlow = error instanceof Error && /authentication timeout/i.test(error.message);
      if (!tooSlow || attempt === connectAttempts) throw connectFailure(error, options);
    }
  }
}

function authenticatorOf(seed: ConnectOptions['seed']): Authenticator {
  return typeof seed === 'string' ? nkeyAuthenticator(seed) : tokenAuthenticator(seed.token.trim());
}

async function followStatus(
  connection: NatsConnection,
  publishers: readonly Pick<AckInbox, 'refused'>[],
  report: (type: string, detail?: string) => void,
): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'error') {
      // A publish that the server refuses is never answered: tell whoever waits for its acknowledgement.
      if (status.error instanceof errors.PermissionViolationError && status.error.operation === 'publish')
        for (const publisher of publishers) publisher.refused(status.error.subject, status.error);
      report('error', status.error.message);
    }
    if (status.type === 'disconnect' || status.type === 'reconnect') report(status.type, status.server);
    else if (status.type !== 'ping' && status.type !== 'error') report(status.type);
  }
}

function connectFailure(error: unknown, options: ConnectOptions): PatchbayError {
  const servers = options.servers.map((server) => server.replace(/\/\/[^@/]*@/, '//')).join(', ');
  if (
    error instanceof Error &&
    /authori[sz]ation/i.test(`${error.name} ${error.message}`) &&
    !/timeout/i.test(error.message)
  ) {
    return new PatchbayError('not_permitted', {
      message: `NATS at ${servers} refused the identity '${options.name}'. Check its key file.`,
      cause: error,
    });
  }
  return new PatchbayError('overloaded', {
    message: `No NATS server answers at ${servers}. Is Patchbay running? Start it with 'npm start'.`,
    cause: error,
  });
}
