import { PatchbayError } from '@patchbay/contracts';

/** A refusal that names one argument: `argument` is its path below `arguments`. */
export function invalidArgument(argument: string, message: string): PatchbayError {
  return new PatchbayError('invalid_arguments', {
    message: `The argument '${argument}' ${message}.`,
    details: { issues: [{ path: `arguments.${argument}`, message }] },
  });
}
