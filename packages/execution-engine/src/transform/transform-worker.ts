import { parentPort } from 'node:worker_threads';
import jsonata from 'jsonata';
import type { TransformJob, TransformOutcome } from './transform.ts';

/** Expressions kept compiled; a tool's stays the same from call to call. */
const maxCompiled = 100;
/** Deepest call and longest sequence inside an expression, before the worker's own limits. */
const bounds = { stack: 500, sequence: 100_000 };
const compiled = new Map<string, jsonata.Expression>();

function compile(expression: string): jsonata.Expression {
  let program = compiled.get(expression);
  if (program === undefined) {
    program = jsonata(expression, bounds);
    if (compiled.size >= maxCompiled) compiled.clear();
    compiled.set(expression, program);
  }
  return program;
}

async function evaluate({ expression, input, maxLength }: TransformJob): Promise<TransformOutcome> {
  try {
    // `$eval` would run text out of the answer as a program.
    const result: unknown = await compile(expression).evaluate(JSON.parse(input), { eval: undefined });
    const text = JSON.stringify(result) ?? 'null';
    return text.length > maxLength ? { ok: false, reason: 'too_large', code: null } : { ok: true, text };
  } catch (error) {
    const { code } = error as { code?: unknown };
    return { ok: false, reason: 'failed', code: typeof code === 'string' ? code : null };
  }
}

parentPort?.on('message', (job: TransformJob) => {
  void evaluate(job).then((outcome) => parentPort?.postMessage(outcome));
});
parentPort?.postMessage('ready');
