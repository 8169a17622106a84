import type { SecureContext } from 'node:tls';
import { portOf } from './check-url.ts';
import { secureContextWith } from './dial.ts';
import { isPublicAddress } from './public-address.ts';
import { dnsResolver, type ResolveName, resolveBySystem } from './resolve-name.ts';
import type { TenantRules } from './tenant-rules.ts';
import type { EgressOptions, Refusal } from './types.ts';

/** Options with their defaults, checked. */
export interface Settings {
  readonly resolve: ResolveName;
  readonly resolveTrusted: ResolveName;
  readonly trustedOrigins: ReadonlySet<string>;
  readonly dialOverride: { readonly address: string; readonly port: number } | null;
  readonly connectTimeoutMs: number;
  readonly maxSocketsPerPool: number;
  readonly maxPools: number;
  readonly idleMs: number;
  readonly onRefused: (refusal: Refusal) => void;
  readonly secureContext: SecureContext | null;
  readonly isPublic: (address: string) => boolean;
  readonly rulesOf: (tenant: string) => TenantRules | null;
}

/**
 * Reads the options. Throws a `TypeError` that names the option for an origin that is none.
 *
 * @param isPublic the address table; another one is for tests, which have no public address to dial
 */
export function settingsOf(options: EgressOptions, isPublic = isPublicAddress): Settings {
  return {
    resolve: options.resolve ?? dnsResolver(),
    resolveTrusted: options.resolve ?? resolveBySystem,
    trustedOrigins: new Set((options.trustedOrigins ?? []).map((text) => originOf(text, 'trustedOrigins').origin)),
    dialOverride: options.dialOverride === undefined ? null : overrideOf(options.dialOverride),
    connectTimeoutMs: options.connectTimeoutMs ?? 3_000,
    maxSocketsPerPool: options.maxSocketsPerPool ?? 256,
    maxPools: options.maxPools ?? 512,
    idleMs: options.idleMs ?? 30_000,
    onRefused: options.onRefused ?? (() => {}),
    secureContext: secureContextWith(options.ca),
    isPublic,
    rulesOf: options.rulesOf ?? (() => null),
  };
}

function overrideOf(text: string): { address: string; port: number } {
  const url = originOf(text, 'dialOverride');
  if (url.protocol !== 'http:') throw new TypeError('dialOverride: must be an http origin');
  return { address: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url) };
}

function originOf(text: string, option: string): URL {
  const url = URL.parse(text);
  const isOrigin =
    url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '';
  if (!isOrigin || url.username !== '' || url.password !== '') throw new TypeError(`${option}: not an origin: ${text}`);
  return url;
}
