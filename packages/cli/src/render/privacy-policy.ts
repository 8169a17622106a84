import type { StoredPrivacyPolicy, TestPrivacyPolicyResult } from '@patchbay/contracts';
import { type Style, visible } from './style.ts';

export function renderPrivacyPolicy(privacy: StoredPrivacyPolicy | null, style: Style): string {
  if (privacy === null) return `${style.quiet('# No privacy policy: everything stays as it is.')}\n{}`;
  const { version, updated_at, updated_by, policy } = privacy;
  const since = updated_at.slice(0, 16).replace('T', ' ');
  return `${style.quiet(`# Version ${version}, since ${since}, by ${visible(updated_by)}`)}\n${JSON.stringify(policy, null, 2)}`;
}

export function renderPrivacyTest({ value, blocked, findings }: TestPrivacyPolicyResult, style: Style): string {
  const found = findings.map(
    ({ path, found, action }) =>
      `${style.name(visible(path))}  ${found}  ${action === 'block' ? style.bad(action) : action}`,
  );
  const outcome = blocked ? style.bad('blocked: it does not go on') : visible(JSON.stringify(value));
  return [...(found.length === 0 ? [style.quiet('nothing found')] : found), outcome].join('\n');
}
