import type { ServiceName } from '@patchbay/contracts';
import type { RunningService } from '@patchbay/service-kit';
import type { HostedService } from './hosted-service.ts';

type Environment = Record<string, string>;

/** How each service is read and started; loaded when first needed, so that a process of one service loads one. */
const starters: Record<ServiceName, (env: Environment) => Promise<RunningService>> = {
  async registry(env) {
    const { readConfig, startRegistry } = await import('@patchbay/registry-service');
    return startRegistry(readConfig(env));
  },
  async executor(env) {
    const { readConfig, startExecutor } = await import('@patchbay/executor-service');
    return startExecutor(readConfig(env));
  },
  async vault(env) {
    const { readConfig, startVault } = await import('@patchbay/vault-service');
    return startVault(readConfig(env));
  },
  async audit(env) {
    const { readConfig, startAudit } = await import('@patchbay/audit-service');
    return startAudit(readConfig(env));
  },
  async 'webhook-ingress'(env) {
    const { readConfig, startIngress } = await import('@patchbay/webhook-ingress-service');
    return startIngress(readConfig(env));
  },
  async 'webhook-delivery'(env) {
    const { readConfig, startWebhookDelivery } = await import('@patchbay/webhook-delivery-service');
    return startWebhookDelivery(readConfig(env));
  },
  async gateway(env) {
    const { readConfig, startGateway } = await import('@patchbay/gateway-service');
    return startGateway(readConfig(env));
  },
};

/** Runs a service in this process. It still speaks to the others over NATS only. */
export async function hostInProcess(service: ServiceName, instance: string, env: Environment): Promise<HostedService> {
  const running = await starters[service](env);
  let ended = false;
  return {
    service,
    instance,
    pid: null,
    get ended() {
      return ended;
    },
    async stop() {
      await running.stop();
      ended = true;
    },
    kill() {
      throw new RangeError(`${instance} shares this process`);
    },
  };
}
