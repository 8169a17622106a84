import { lastLines, run } from './run.mjs';

/**
 * Has the audit service make the empty database that new ones are copied from, unless it is there: each first start is some
 * seconds faster for it. It is no more than that, so a failure is told and nothing else.
 */
export async function provideDatabaseTemplate(root, node, progress) {
  const { status, output } = await run(node.path, ['services/audit/src/make-pglite-template.ts'], {
    cwd: root,
    timeoutMs: 120_000,
  });
  if (status !== 0) progress(`New databases will take longer: their template was not made.\n${lastLines(output)}`);
}
