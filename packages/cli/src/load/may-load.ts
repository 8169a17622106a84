import { hostOf, unconfirmedHosts } from '@patchbay/load';
import type { LocalFacts } from '../config.ts';
import { UsageError } from '../failures.ts';
import type { LoadCommandOptions } from './load-options.ts';

/**
 * Whether executors call the sandbox, as far as it is known: of the installation that left its facts here, when it is that one
 * that is loaded.
 */
export function callsSandbox(facts: LocalFacts | null, urls: readonly string[]): boolean | null {
  if (facts === null) return null;
  const own = [...facts.nats_url.split(','), facts.gateway_url, facts.webhooks_url].map(placeOf);
  return urls.every((url) => own.includes(placeOf(url))) ? facts.sandbox_url !== null : null;
}

function placeOf(url: string): string {
  return new URL(url.includes('://') ? url : `nats://${url}`).host;
}

/**
 * Refuses a load of anything that was not meant: another machine whose name was not repeated, or the hosts of real vendors.
 * @throws UsageError that says what would confirm it.
 */
export function refuseUnmeant(
  urls: readonly string[],
  sandbox: boolean | null,
  { target = [], realUpstreams = false }: Pick<LoadCommandOptions, 'target' | 'realUpstreams'>,
): void {
  const hosts = unconfirmedHosts(urls, target);
  if (hosts.length > 0)
    throw new UsageError(
      `This would load ${hosts.join(' and ')}, which is not this machine. If you may, repeat the name: ${hosts.map((host) => `--target ${host}`).join(' ')}.`,
    );
  const unused = target.filter((host) => !urls.map(hostOf).includes(host.toLowerCase()));
  if (unused.length > 0) throw new UsageError(`--target ${unused[0]} is not where this load goes.`);
  if (sandbox !== true && !realUpstreams)
    throw new UsageError(
      sandbox === false
        ? 'Executors call the real hosts here, so vendors would be loaded too. If you may, add --real-upstreams.'
        : 'Nobody knows whether executors call the sandbox here, so vendors might be loaded too. If that may be, add --real-upstreams.',
    );
}
