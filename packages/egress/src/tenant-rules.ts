import { BlockList, isIP } from 'node:net';
import { hostIsIn } from './allow-list.ts';

/** What an operator allows one tenant, in the words of `hosts` of a request and as CIDR blocks. */
export interface TenantRulesInput {
  /** The only hosts its requests may go to; a request's own list holds as well. */
  readonly hosts?: readonly string[] | undefined;
  /** Hosts that need no public name and may be at addresses of `privateNetworks`. */
  readonly privateHosts: readonly string[];
  /** Blocks inside the private address space. */
  readonly privateNetworks: readonly string[];
}

/** The rules of one tenant, compiled. Others of the same words are other rules: sockets opened under them are not used. */
export interface TenantRules {
  readonly hosts: readonly string[] | null;
  /** Whether the operator placed the host inside; an entry without a port means the standard ones. */
  isPrivateHost(hostname: string, port: number): boolean;
  isPrivateAddress(address: string): boolean;
}

/** Where networks of tenants may lie: RFC 1918, RFC 6598, RFC 4193. Never loopback, link-local, or anything else. */
const privateSpace = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
] as const;

/** Clouds answer metadata, which may hold the machine's own credentials, at these addresses of the private space. */
const metadata = blockList(['100.100.100.200/32', 'fd00:ec2::254/128', 'fd20:ce::254/128']);

/** @throws TypeError naming the first entry that is no block of the private address space. */
export function tenantRules({ hosts, privateHosts, privateNetworks }: TenantRulesInput): TenantRules {
  for (const network of privateNetworks) {
    if (!isPrivateNetwork(network))
      throw new TypeError(`${network}: not a CIDR block inside 10/8, 100.64/10, 172.16/12, 192.168/16 or fc00::/7`);
  }
  const networks = blockList(privateNetworks);
  return {
    hosts: hosts ?? null,
    isPrivateHost: (hostname, port) => hostIsIn(privateHosts, hostname, port),
    isPrivateAddress: (address) => contains(networks, address) && !contains(metadata, address),
  };
}

function isPrivateNetwork(network: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits)) return false;
  const longest = isIP(address) === 4 ? 32 : 128;
  return privateSpace.some(
    ([start, fewest]) =>
      Number(bits) >= fewest && Number(bits) <= longest && contains(blockList([`${start}/${fewest}`]), address),
  );
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

/** An IPv4 address in IPv6 clothes is in no list: what it would reach depends on the system. */
function contains(list: BlockList, address: string): boolean {
  if (isIP(address) === 0 || address.includes('%') || /^::ffff:/i.test(address)) return false;
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
