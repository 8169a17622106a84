import { readdirSync, readFileSync } from 'node:fs';
import type { ServiceReport } from '@patchbay/contracts';
import type { BaseConfig } from './config.ts';

/** What only the service itself knows. */
type OwnFacts = Partial<Omit<ServiceReport, 'instance' | 'mode' | 'runtime' | 'time' | 'open_files' | 'audit_spool'>>;

/**
 * What a process says of itself to an operator who looks for what is wrong. `own` is asked anew for each answer, and must come
 * back within half a second: nobody waits longer.
 */
export function selfReport(
  config: Pick<BaseConfig, 'instance' | 'mode' | 'auditSpool'>,
  own: () => Promise<OwnFacts> | OwnFacts = () => ({}),
): () => Promise<{ readonly report: ServiceReport }> {
  return async () => ({
    report: {
      doors: [],
      diverted: false,
      unreadable_integrations: [],
      ...(await own()),
      instance: config.instance,
      mode: config.mode,
      runtime: process.versions.node,
      open_files: openFiles(),
      audit_spool: config.auditSpool != null,
      // Last: the clock is told as it is when the answer goes.
      time: new Date().toISOString(),
    },
  });
}

/** Descriptors of this process, as Linux tells them. */
export function openFiles(): ServiceReport['open_files'] {
  try {
    const [, limit] = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    const used = readdirSync('/proc/self/fd').length;
    return { limit: limit === undefined || limit === 'unlimited' ? null : Number(limit), used };
  } catch {
    return { limit: null, used: null };
  }
}
