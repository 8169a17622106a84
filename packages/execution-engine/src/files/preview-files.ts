import type { FilePlan } from './file-plan.ts';
import { filesIn, replaceFiles } from './file-plan.ts';

/** A file that the call itself would fetch. */
export interface PendingFile {
  readonly argument: string;
  readonly url: string;
  readonly max_bytes: number;
}

/** The arguments for a dry run: files by URL stand empty, and are named. Throws as `filesIn` does. */
export function previewFiles(
  plans: readonly FilePlan[],
  args: Record<string, unknown>,
): { args: Record<string, unknown>; pending: readonly PendingFile[] } {
  if (plans.length === 0) return { args, pending: [] };
  const remote = filesIn(plans, args).flatMap((file) => (file.url === null ? [] : [{ ...file, url: file.url }]));
  const empty = new Map<unknown, unknown>(
    remote.map(({ value }) => [value, { ...value, url: undefined, bytes: new Uint8Array() }]),
  );
  return {
    args: replaceFiles(plans, args, empty),
    pending: remote.map(({ path, url, plan }) => ({ argument: path, url, max_bytes: plan.maxBytes })),
  };
}
