import type { MixedTool } from '@patchbay/load';
import { z } from 'zod';
import { UsageError } from '../failures.ts';
import { readSource } from '../input/read-source.ts';
import type { CliIo } from '../terminal.ts';

/** Tools of a mix at the most. */
const mostTools = 50;

const Mix = z
  .array(
    z.strictObject({
      tool: z.string().min(1),
      arguments: z.record(z.string(), z.unknown()).default({}),
      weight: z.number().positive().max(1_000).default(1),
    }),
  )
  .min(1)
  .max(mostTools);

/** The tools in a file, or on standard input for `-`. @throws UsageError, which names the place. */
export async function readMix(path: string, io: CliIo): Promise<MixedTool[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readSource(path, io));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--mix takes a file of JSON; ${path} is none.`);
  }
  const read = Mix.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new UsageError(
    `--mix takes [{"tool": …, "arguments": {…}, "weight": 1}, …], at most ${mostTools}; ${issue?.path.join('.') || 'it'}: ${issue?.message}.`,
  );
}
