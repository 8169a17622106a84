import { parseDocumentText } from '@patchbay/catalog';
import { issuesOf, PolicyTest } from '@patchbay/contracts';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';
import { readSource } from './read-source.ts';

/** Cases of policies' tests, in YAML or JSON: a list, or an object whose `tests` is one. @throws UsageError, PatchbayError */
export async function readPolicyTests(path: string, io: CliIo): Promise<PolicyTest[]> {
  const value = parseDocumentText(await readSource(path, io));
  const cases = Array.isArray(value) ? value : (value as { tests?: unknown } | null)?.tests;
  const parsed = PolicyTest.array().max(200).safeParse(cases);
  if (parsed.success) return parsed.data;
  const [first] = issuesOf(parsed.error, 'tests');
  throw new UsageError(`${path}: ${first?.path}: ${first?.message}.`);
}
