// The whole of Patchbay in one process, as `npm start` runs it, that a drill can kill.
import { startPatchbay } from '@patchbay/launcher';
import { machineTenants } from './machine-tenants.ts';

const [, , stateDir = '', upstream = '', databaseUrlFile = ''] = process.argv;
const patchbay = await startPatchbay({
  stateDir,
  tenants: machineTenants,
  shape: 'one_process',
  executors: 1,
  sandbox: false,
  dialUpstreamAt: upstream,
  ...(databaseUrlFile !== '' && { database: { urlFile: databaseUrlFile } }),
  seedCatalog: false,
  logLevel: 'info',
  ports: { nats: 0, redis: 0, ingress: 0, gateway: 0 },
  variables: { audit: { PATCHBAY_AUDIT_RECONCILE_AFTER_MS: '20000' } },
});
process.on('SIGTERM', () => void patchbay.stop().finally(() => process.exit(0)));
process.send?.({ facts: patchbay.facts, servers: [...patchbay.natsServers.map(({ pid }) => pid), patchbay.redisPid] });
