export { ensureDemoConnections } from './demo-tenant.ts';
export type { HostedService } from './hosted-service.ts';
export { launch } from './main.ts';
export { AlreadyUpError, type RunningPatchbay, type StartOptions, startPatchbay } from './start-patchbay.ts';
