import { PatchbayError } from '@patchbay/contracts';

/** What the promise failed with, in the catalogue's terms; the raw error when it is not of the catalogue; null when it did not fail. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ code: string; retryable: boolean; reason?: unknown } | unknown> {
  try {
    await promise;
    return null;
  } catch (error) {
    if (!(error instanceof PatchbayError)) return error;
    const { code, retryable, details } = error.body;
    return { code, retryable, ...(details.reason !== undefined && { reason: details.reason }) };
  }
}
