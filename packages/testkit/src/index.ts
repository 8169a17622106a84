export { canary } from './canary/canary.ts';
export type { CanaryEncoding } from './canary/encodings.ts';
export { type CanaryHit, type ScanSource, scanForCanaries } from './canary/scan-for-canaries.ts';
export type { CapturedConnection } from './proxy/capture.ts';
export { type CaptureProxy, type CaptureProxyOptions, startCaptureProxy } from './proxy/start-capture-proxy.ts';
export { startTestServers, type TestServers, type TestServersOptions } from './servers/start-test-servers.ts';
export { type SuiteHooks, serversForSuite, withTestServers } from './servers/with-test-servers.ts';
