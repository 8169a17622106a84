import type { ExecuteInput, ExecuteOutcome } from '../engine-types.ts';
import type { SharedReads } from './joined-reads.ts';

/** An execution of an integration that has cached reads: a read may be served, and a write makes what was read stale. */
export async function executeShared(
  reads: SharedReads,
  execute: (input: ExecuteInput) => Promise<ExecuteOutcome>,
  input: ExecuteInput,
): Promise<ExecuteOutcome> {
  const { prepared, tenant, connection = '', argumentsDigest } = input;
  if (prepared.risk === 'read') {
    // A caller that takes the items as they come needs an answer of its own.
    return prepared.cache === undefined || argumentsDigest === undefined || input.stream !== undefined
      ? execute(input)
      : reads.execute(input, prepared.cache, argumentsDigest);
  }
  const outcome = await execute(input);
  // Whatever came of it, as long as something may have left.
  if (outcome.attempts > 0) reads.forgetWritten(tenant, prepared.integration, connection);
  return outcome;
}
