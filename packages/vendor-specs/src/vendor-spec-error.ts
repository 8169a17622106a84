/** Why a specification cannot be had. The message says what to do. */
export type VendorSpecProblem = 'unknown_spec' | 'not_fetched' | 'wrong_integrity' | 'unreadable';

export class VendorSpecError extends Error {
  readonly problem: VendorSpecProblem;

  constructor(problem: VendorSpecProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VendorSpecError';
    this.problem = problem;
  }
}
