import { BlockList, isIP } from 'node:net';

/**
 * Networks that are not on the public internet or must not be reached through it, as CIDR blocks: the IANA special-purpose
 * registries, plus addresses that clouds answer metadata on. Whole prefixes that embed an IPv4 address (NAT64, 6to4,
 * Teredo) are here whatever they embed. IPv6 outside 2000::/3 needs no entry: nothing there is allowed.
 */
export const notPublicNetworks: readonly string[] = [
  '0.0.0.0/8', // this network, RFC 791
  '10.0.0.0/8', // private, RFC 1918
  '100.64.0.0/10', // carrier-grade NAT, RFC 6598; a cloud's metadata at 100.100.100.200
  '127.0.0.0/8', // loopback, RFC 1122
  '168.63.129.16/32', // a cloud's wire server, public by number only
  '169.254.0.0/16', // link-local and metadata, RFC 3927
  '172.16.0.0/12', // private, RFC 1918
  '192.0.0.0/24', // protocol assignments, RFC 6890; metadata at 192.0.0.192
  '192.0.2.0/24', // documentation, RFC 5737
  '192.88.99.0/24', // 6to4 relays, RFC 7526
  '192.168.0.0/16', // private, RFC 1918
  '198.18.0.0/15', // benchmarks, RFC 2544
  '198.51.100.0/24', // documentation, RFC 5737
  '203.0.113.0/24', // documentation, RFC 5737
  '224.0.0.0/4', // multicast, RFC 5771
  '240.0.0.0/4', // reserved and broadcast, RFC 1112
  '2001::/23', // protocol assignments: Teredo, ORCHID, benchmarks, RFC 2928
  '2001:db8::/32', // documentation, RFC 3849
  '2002::/16', // 6to4, RFC 3056
  '3fff::/20', // documentation, RFC 9637
];

const refused = new BlockList();
for (const network of notPublicNetworks) {
  const [address = '', bits] = network.split('/');
  refused.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The only IPv6 space that is globally routed unicast (RFC 4291 and the IANA registry). */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** Whether a textual IP address, without brackets, port or zone, is a public unicast one. Anything else is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refused.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  return globalUnicast.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

/** One spelling for each address, so that two can be compared: IPv6 compressed in lower case. */
export function canonicalAddress(address: string): string {
  if (isIP(address) !== 6 || address.includes('%')) return address;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
