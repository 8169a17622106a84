import type { Issue, TenantPolicies, TenantPolicy } from '@patchbay/contracts';
import { type Style, visible } from './style.ts';

export interface CheckedPolicies {
  readonly problems: readonly Issue[];
  readonly default: NonNullable<TenantPolicies['default']>;
  readonly tenants: Readonly<Record<string, TenantPolicy>>;
}

export function renderPolicies(file: string, checked: CheckedPolicies, style: Style): string {
  if (checked.problems.length > 0) {
    const lines = checked.problems.map(({ path, message }) => `    ${path === '' ? file : path}  ${visible(message)}`);
    return [`${style.bad('✗')} ${file}`, ...lines].join('\n');
  }
  const tenants = Object.entries(checked.tenants).map(
    ([tenant, policy]) => `    ${tenant}  ${sayPolicy({ ...checked.default, ...policy })}`,
  );
  return [`${style.good('✓')} ${file}`, ...tenants, `    all others  ${sayPolicy(checked.default)}`].join('\n');
}

function sayPolicy({ rate_limit, weight, egress }: TenantPolicy): string {
  return [
    rate_limit === undefined
      ? 'no limit of its own'
      : `${rate_limit.requests_per_minute} calls a minute, ${rate_limit.burst_size} at once`,
    ...(weight === undefined ? [] : [`weight ${weight}`]),
    ...(egress?.hosts === undefined ? [] : [`only ${egress.hosts.join(', ')}`]),
    ...(egress === undefined || egress.private_hosts.length === 0
      ? []
      : [`inside: ${egress.private_hosts.join(', ')}`]),
    ...(egress === undefined || egress.private_networks.length === 0
      ? []
      : [`networks: ${egress.private_networks.join(', ')}`]),
  ].join('; ');
}
