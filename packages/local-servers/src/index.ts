export { natsServerEnvironment } from './config.ts';
export { findBinary, MissingServerError } from './find-binary.ts';
export { freePort } from './free-port.ts';
export {
  type AuditProducer,
  type CalloutKeys,
  ensureIdentityKeys,
  type IdentityKey,
  installationIdentities,
  type KeyOwner,
  type LocalKeys,
  seedFileOf,
} from './identity-keys.ts';
export { KeyFileError } from './key-file.ts';
export { type NatsCluster, type NatsClusterOptions, startNatsCluster } from './nats-cluster.ts';
export {
  type NatsClusterConfig,
  type NatsConfigOptions,
  type NatsGatewayConfig,
  type NatsTlsConfig,
  renderNatsConfig,
} from './nats-config.ts';
export { type NatsLeafOptions, renderNatsLeafConfig } from './nats-leaf-config.ts';
export { type NatsServer, type NatsServerOptions, startNatsServer } from './nats-server.ts';
export { type PostgresServer, startPostgresServer } from './postgres-server.ts';
export { AlreadyRunningError } from './process-record.ts';
export { type RedisServer, type RedisServerOptions, startRedisServer } from './redis-server.ts';
export { type ServerName, searchServer } from './server-binaries.mjs';
export { type ServerExit, ServerStartError } from './server-process.ts';
