export { connectMessaging } from './connect.ts';
export { StreamRefusal } from './durable-publish.ts';
export { createSealingKeys, createSealingSeed, createUserSeed, publicKeyOf, type SealingKeys } from './nkeys.ts';
export { endpoint } from './serve.ts';
export type {
  AnyEndpoint,
  BatchConsumer,
  BatchVerdict,
  Bucket,
  BucketChange,
  BucketEntry,
  ConnectOptions,
  ConsumeOptions,
  DiscoveredService,
  DurablePublishOptions,
  Endpoint,
  Messaging,
  PublishAck,
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
