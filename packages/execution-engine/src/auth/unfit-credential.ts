import { PatchbayError } from '@patchbay/contracts';

/** The value, unless it is missing or empty. Throws `credential_expired`. */
export function needField(value: string | null | undefined, name: string): string {
  if (value === null || value === undefined || value === '') throw unfit(name);
  return value;
}

/** The connection's credential is not one that the document can show. Names the place, never a value. */
export function unfit(name: string, problem = 'is missing from it'): PatchbayError {
  return new PatchbayError('credential_expired', {
    message: `The connection's credential does not fit the integration: '${name}' ${problem}.`,
    details: { reason: 'credential_unfit' },
  });
}
