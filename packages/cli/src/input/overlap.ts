import { maxSecretOverlapMs } from '@patchbay/contracts';
import type { Command } from 'commander';
import { UsageError } from '../failures.ts';
import { parseSpan } from './time.ts';

export interface OverlapOptions {
  readonly overlap?: string;
}

/** How long the ones before go on; `what` they do then. */
export function overlapOption(command: Command, what: string): Command {
  return command.option(
    '--overlap <time>',
    `how long the ones before ${what}, such as 2h, at most 30d; 0 ends them (default: 1d)`,
  );
}

/** @throws UsageError */
export function readOverlap({ overlap }: OverlapOptions): { readonly overlapMs?: number } {
  if (overlap === undefined) return {};
  const overlapMs = parseSpan('--overlap', overlap);
  if (overlapMs > maxSecretOverlapMs) throw new UsageError('--overlap takes at most thirty days, 30d.');
  return { overlapMs };
}
