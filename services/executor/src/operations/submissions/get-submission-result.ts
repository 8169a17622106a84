import type { SubmissionResult } from '@patchbay/contracts';
import { submissionAnswer } from '../../domain/submission-record.ts';
import type { KeepResults } from './ports.ts';

/** What became of a submission of the tenant. @throws PatchbayError `overloaded`. */
export function createGetSubmissionResult(ports: {
  readonly results: KeepResults;
}): (tenant: string, id: string) => Promise<SubmissionResult> {
  return async (tenant, id) => submissionAnswer(id, (await ports.results.read(tenant, id))?.record ?? null);
}
