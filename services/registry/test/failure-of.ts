import { PatchbayError } from '@patchbay/contracts';

/** The code and the issues' paths that the promise failed with. @throws what it failed with when that is not of the catalogue. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ code: string; message: string; paths: string[] } | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    const issues = (error.body.details['issues'] ?? []) as { path: string }[];
    return { code: error.code, message: error.message, paths: issues.map(({ path }) => path) };
  }
}
