import type { ServiceName } from '@patchbay/contracts';
import type { HostedService } from '@patchbay/launcher';
import { freePort } from '@patchbay/local-servers';
import type { Balancer } from './balancer.ts';
import type { Installation } from './installation.ts';

/** Services behind a balancer, and the variable of their port. */
const ports: Partial<Record<ServiceName, string>> = {
  gateway: 'PATCHBAY_GATEWAY_PORT',
  'webhook-ingress': 'PATCHBAY_INGRESS_PORT',
};

export type Balancers = Partial<Record<ServiceName, Balancer>>;

/** Every process of the installation's services, replaced one by one. */
export interface Fleet {
  /** Adds a process, and puts it behind its balancer when it is ready. */
  add(service: ServiceName): Promise<void>;
  /** One after the other: a new process takes the place of each, which then drains. @returns processes replaced. */
  replace(service: ServiceName): Promise<number>;
  readonly size: number;
}

export async function fleetOf({ patchbay }: Installation, balancers: Balancers): Promise<Fleet> {
  const members: { readonly hosted: HostedService; readonly port: number | null }[] = [];
  const firstPorts: Partial<Record<ServiceName, string>> = {
    gateway: patchbay.facts.gateway_url,
    'webhook-ingress': patchbay.facts.webhooks_url,
  };
  for (const hosted of patchbay.services) {
    const url = firstPorts[hosted.service];
    const port = url === undefined ? null : Number(new URL(url).port);
    members.push({ hosted, port });
    if (port !== null) await balancers[hosted.service]?.add(port);
  }
  const start = async (service: ServiceName) => {
    const variable = ports[service];
    const port = variable === undefined ? null : await freePort();
    const hosted = await patchbay.addService(service, variable === undefined ? {} : { [variable]: String(port) });
    if (port !== null) await balancers[service]?.add(port);
    members.push({ hosted, port });
  };
  const end = async ({ hosted, port }: (typeof members)[number]) => {
    if (port !== null) await balancers[hosted.service]?.remove(port);
    await hosted.stop();
  };
  return {
    get size() {
      return members.length;
    },
    add: start,
    async replace(service) {
      const old = members.filter(({ hosted }) => hosted.service === service);
      for (const member of old) {
        members.splice(members.indexOf(member), 1);
        // Of an audit service with a database of its own there is one at a time: its events wait in the stream.
        if (service === 'audit') await end(member);
        await start(service);
        if (service !== 'audit') await end(member);
      }
      return old.length;
    },
  };
}
