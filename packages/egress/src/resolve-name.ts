import { lookup, Resolver } from 'node:dns/promises';
import { areDescriptorsExhausted } from './descriptors.ts';
import { canonicalAddress } from './public-address.ts';
import type { Reason } from './reasons.ts';
import type { ResolvedAddress } from './types.ts';

/** Milliseconds given to the resolution of a name, whoever does it. */
const resolveTimeoutMs = 2_000;
/** More answers than this are no honest reply. */
const maxAnswers = 64;

export type ResolveName = (name: string) => Promise<readonly ResolvedAddress[]>;

const absent = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Resolves A and AAAA by DNS alone: the hosts file and search domains have no say over public names.
 *
 * @param servers addresses with port of the servers to ask; default the system's
 */
export function dnsResolver(servers?: readonly string[]): ResolveName {
  return async (name) => {
    const resolver = new Resolver({ timeout: resolveTimeoutMs, tries: 1 });
    if (servers !== undefined) resolver.setServers(servers);
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    // One family may be missing or fail: only addresses that were seen, and so checked, are ever dialled.
    if (v4.status === 'rejected' && v6.status === 'rejected') {
      throw absent.has(codeOf(v4.reason)) ? v6.reason : v4.reason;
    }
    return [
      ...(v4.status === 'fulfilled' ? v4.value.map((address) => ({ address, family: 4 as const })) : []),
      ...(v6.status === 'fulfilled' ? v6.value.map((address) => ({ address, family: 6 as const })) : []),
    ];
  };
}

/** As the operating system resolves, hosts file included: for trusted origins, whose names may be local ones. */
export async function resolveBySystem(name: string): Promise<readonly ResolvedAddress[]> {
  const answers = await lookup(name, { all: true });
  return answers.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/** The addresses of a name in canonical spelling, in the order to try them, or why there are none. Never rejects. */
export async function addressesOf(name: string, resolve: ResolveName): Promise<readonly string[] | Reason> {
  const { promise: expired, resolve: expire } = Promise.withResolvers<Reason>();
  const timer = setTimeout(expire, resolveTimeoutMs, 'dns_timeout');
  try {
    const answers = await Promise.race([resolve(name), expired]);
    if (typeof answers === 'string') return answers;
    if (answers.length === 0) return 'dns_empty';
    if (answers.length > maxAnswers) return 'dns_failed';
    return [...new Set(answers.map(({ address }) => canonicalAddress(address)))];
  } catch (error) {
    return (await areDescriptorsExhausted()) ? 'descriptors_exhausted' : reasonOf(codeOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(code: string): Reason {
  if (absent.has(code)) return 'dns_not_found';
  return code === 'ETIMEOUT' ? 'dns_timeout' : 'dns_failed';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
