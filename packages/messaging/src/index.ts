export { type AuthCalloutOptions, type NatsGrant, serveAuthCallout } from './auth-callout.ts';
export { connectMessaging } from './connect.ts';
export { StreamRefusal } from './durable-publish.ts';
export { type Fleet, joinFleet } from './fleet.ts';
export type { HeardMessage } from './hear-messages.ts';
export { followNatsSessions, type NatsSession, type NatsSessions, type NatsSessionsOptions } from './nats-sessions.ts';
export { createAccountSeed, createUserSeed, publicKeyOf } from './nkeys.ts';
export { readServers, type ServerReport, type ServerStream, type ServersReport } from './read-servers.ts';
export { createSealingKeys, createSealingSeed, type SealingKeys } from './sealing-keys.ts';
export { endpoint } from './serve.ts';
export type { DurableState, FilteredDurable, ReadStreamOptions, StreamAccess, StreamPage } from './stream-access.ts';
export type { BackUpStreamOptions, StreamSnapshot } from './stream-backup.ts';
export type {
  AnyEndpoint,
  BatchConsumer,
  BatchVerdict,
  Bucket,
  BucketChange,
  BucketEntry,
  BucketPage,
  ConnectOptions,
  ConsumeOptions,
  DiscoveredService,
  DurablePublishOptions,
  Endpoint,
  Messaging,
  PublishAck,
  RepeatTerms,
  ReplyStream,
  RequestContext,
  RequestOptions,
  RequestSpan,
  ServedEndpoints,
  ServiceDescription,
  StreamedRequestOptions,
  StreamMessage,
  SubjectValues,
  Subscription,
  TraceRequests,
  WorkOptions,
  WorkVerdict,
} from './types.ts';
