import type { HostedService } from '@patchbay/launcher';
import { type FaultProxy, startFaultProxy } from '@patchbay/testkit';
import { noDoors, type System, type SystemOptions, startSystem } from '../system.ts';
import { readFaultConfig } from './config.ts';

/** The whole of Patchbay in processes, with a network that can be made to fail between its parts. */
export interface FaultSystem extends System {
  readonly seed: number;
  readonly proxies: {
    /** Between services and NATS. Agents go past it. */
    readonly nats: FaultProxy;
    /** Between executors and Redis. */
    readonly redis: FaultProxy;
    /** Between executors and the sandbox. */
    readonly upstream: FaultProxy;
  };
  /** Executors whose process lives. */
  executors(): HostedService[];
}

/** For hooks that start one: a busy machine takes a while. */
export const startTimeoutMs = 240_000;

export async function startFaultSystem(options: SystemOptions = {}): Promise<FaultSystem> {
  const { seed } = readFaultConfig();
  process.stdout.write(`fault seed ${seed} (PATCHBAY_FAULT_SEED=${seed} repeats it)\n`);
  const proxies: Partial<Record<'nats' | 'redis' | 'upstream', FaultProxy>> = {};
  const detour = (name: keyof typeof proxies) => async (url: string) => {
    const through = new URL(url);
    const proxy = await startFaultProxy(Number(through.port), { seed });
    proxies[name] = proxy;
    through.port = String(proxy.port);
    // The URL class gives http an end slash that an origin does not have.
    return through.href.replace(/\/$/, '');
  };
  const system = await startSystem({
    shape: 'processes',
    executors: 2,
    seedCatalog: false,
    leaveOut: noDoors,
    ...options,
    variables: {
      ...options.variables,
      audit: {
        // Storing audit events must not starve behind what the faults cost: tests wait for it.
        PATCHBAY_AUDIT_NICENESS: '0',
        // As long as the longest deadline of these tests, so that they need not wait three minutes.
        PATCHBAY_AUDIT_RECONCILE_AFTER_MS: '10000',
        ...options.variables?.audit,
      },
    },
    serviceNatsUrl: detour('nats'),
    serviceRedisUrl: detour('redis'),
    serviceUpstreamUrl: detour('upstream'),
  });
  return {
    ...system,
    seed,
    proxies: proxies as FaultSystem['proxies'],
    executors: () => system.patchbay.services.filter((one) => one.service === 'executor' && isAlive(one.pid)),
    async stop() {
      await Promise.all(Object.values(proxies).map((proxy) => proxy.heal()));
      for (const { pid } of system.patchbay.services) if (isAlive(pid)) process.kill(pid as number, 'SIGCONT');
      try {
        await system.stop();
      } finally {
        await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
      }
    },
  };
}

function isAlive(pid: number | null): boolean {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
