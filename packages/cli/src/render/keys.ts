import { type ApiKey, platformScope, type Tenant } from '@patchbay/contracts';
import type { MadeApiKey } from '@patchbay/sdk';
import type { CommandContext } from '../context.ts';
import { renderTable } from './table.ts';

type Place = Pick<CommandContext, 'io' | 'style'>;

/** How a key stands at a moment. */
function stateOf({ revoked_at, expires_at }: ApiKey, nowMs: number): string {
  if (revoked_at !== null) return 'revoked';
  if (expires_at === null) return 'active';
  return Date.parse(expires_at) <= nowMs ? 'expired' : `until ${expires_at.slice(0, 16)}Z`;
}

export function renderKeys(keys: readonly ApiKey[], { io, style }: Place, nowMs: number): string {
  return renderTable(
    keys,
    [
      { title: 'KEY', value: ({ id }) => id, paint: style.quiet },
      { title: 'NAME', value: ({ name }) => name, paint: style.name },
      { title: 'OF', value: ({ tenant }) => (tenant === platformScope ? 'the platform' : tenant) },
      { title: 'ROLE', value: ({ role }) => role },
      {
        title: 'STATE',
        value: (key) => stateOf(key, nowMs),
        paint: (text) => (/^(active|until)/.test(text) ? style.good : style.bad)(text),
      },
      { title: 'USED', value: ({ last_used_at }) => last_used_at?.slice(0, 16) ?? 'never' },
      { title: 'SCOPES', value: ({ scopes }) => scopes.join(' '), flexible: true, paint: style.quiet },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}

/** The key itself, alone on its line so that it can be piped; or as the header that `curl -H @file` takes. */
export const keyText = ({ secret }: MadeApiKey, header: boolean): string =>
  header ? `Authorization: Bearer ${secret}` : secret;

export function renderTenants(tenants: readonly Tenant[], { io, style }: Place): string {
  return renderTable(
    tenants,
    [
      { title: 'TENANT', value: ({ tenant }) => tenant, paint: style.name },
      {
        title: 'STATE',
        value: ({ suspended_at }) => (suspended_at === null ? 'active' : 'suspended'),
        paint: (text) => (text === 'active' ? style.good : style.bad)(text),
      },
      { title: 'SINCE', value: ({ created_at }) => created_at.slice(0, 10) },
      { title: 'NAME', value: ({ name }) => name, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}
