import { toErrorBody } from '@patchbay/contracts';
import type { Report } from './ports.ts';

/** Failures that mean the store no longer holds what the vault wrote. */
const alarming = new Set<unknown>(['integrity', 'damaged_record', 'tenant_key']);

/**
 * Alerts the operator when an error means that the store was changed behind the vault: one text for all of them, to set an
 * alarm on. @param facts where it was met; they hold no secret. @returns whether it was such an error.
 */
export function reportAlteredStore(report: Report, error: unknown, facts: Readonly<Record<string, unknown>>): boolean {
  const { code, details } = toErrorBody(error);
  if (!alarming.has(details.reason)) return false;
  const message = 'a stored credential or key was refused: the store may have been changed';
  report('error', message, { ...facts, code, reason: details.reason, err: error });
  return true;
}
