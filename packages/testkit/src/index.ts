export { canary } from './canary/canary.ts';
export type { CanaryEncoding } from './canary/encodings.ts';
export { type CanaryHit, type ScanSource, scanForCanaries } from './canary/scan-for-canaries.ts';
export { fewIntegrations } from './few-integrations.ts';
export {
  type OtlpReceiver,
  type ReceivedPoint,
  type ReceivedSpan,
  startOtlpReceiver,
} from './otlp/start-otlp-receiver.ts';
export type { CapturedConnection } from './proxy/capture.ts';
export type { Fault, FaultDirection } from './proxy/fault.ts';
export { seededRandom } from './proxy/seeded-random.ts';
export { type CaptureProxy, type CaptureProxyOptions, startCaptureProxy } from './proxy/start-capture-proxy.ts';
export { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './proxy/start-fault-proxy.ts';
export { startAgain } from './servers/start-nats-again.ts';
export { startTestServers, type TestServers, type TestServersOptions } from './servers/start-test-servers.ts';
export { type SuiteHooks, serversForSuite, withTestServers } from './servers/with-test-servers.ts';
