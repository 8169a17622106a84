import { type ErrorBody, type ErrorCode, errorBody, errorCatalogue, PatchbayError } from '@patchbay/contracts';
import { exitCodes } from './exit-codes.ts';

/** The command line is wrong. The message says what is right. */
export class UsageError extends Error {}

/** Nothing says where a running Patchbay is. */
export class NotRunningError extends Error {
  /** The options that would say it. */
  readonly missing: readonly string[];
  constructor(message: string, missing: readonly string[] = []) {
    super(message);
    this.missing = missing;
  }
}

/** NATS cannot be reached, or refuses the identity. */
export class CannotConnectError extends Error {
  readonly body: ErrorBody;
  constructor(cause: PatchbayError) {
    super(cause.message, { cause });
    this.body = cause.body;
  }
}

/** A failure as a person or a program reads it. */
export interface Failure {
  readonly error: ErrorBody;
  /** What to do about it. */
  readonly next: string;
  readonly exitCode: number;
}

const startIt = "Start it with 'npm start' in the checkout, or with 'patchbay up'";

export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError)
    return describe(
      'invalid_request',
      error.message,
      'Run the command with --help for what it takes.',
      exitCodes.usage,
    );
  if (error instanceof NotRunningError) {
    const options = error.missing.length === 0 ? '' : `, or say where it is with ${error.missing.join(', ')}`;
    return describe('overloaded', error.message, `${startIt}${options}.`, exitCodes.cannotConnect);
  }
  if (error instanceof CannotConnectError) {
    const next = error.body.code === 'overloaded' ? `${startIt}.` : 'Check the key file that --credentials names.';
    return { error: error.body, next, exitCode: exitCodes.cannotConnect };
  }
  if (error instanceof PatchbayError) return failureOfBody(error.body);
  return describe(
    'internal',
    error instanceof Error ? error.message : String(error),
    nextStep('internal'),
    exitCodes.failed,
  );
}

/** What a typed error that Patchbay answered with means for the caller. */
export function failureOfBody(error: ErrorBody): Failure {
  const { next } = error.details;
  return {
    error,
    next: typeof next === 'string' ? next : nextStep(error.code),
    exitCode: exitCodeOf(error.code),
  };
}

/** What the catalogue says to do. */
function nextStep(code: ErrorCode): string {
  return errorCatalogue[code].meaning;
}

/** Whether anything can have happened decides: refused means that nothing was sent or changed. */
const exitCodeByCode: Partial<Record<ErrorCode, number>> = {
  outcome_unknown: exitCodes.outcomeUnknown,
  upstream_error: exitCodes.failed,
  upstream_unreachable: exitCodes.failed,
  response_invalid: exitCodes.failed,
  response_too_large: exitCodes.failed,
  deadline_exceeded: exitCodes.failed,
  cancelled: exitCodes.failed,
  chunk_lost: exitCodes.failed,
  internal: exitCodes.failed,
};

function exitCodeOf(code: ErrorCode): number {
  return exitCodeByCode[code] ?? exitCodes.refused;
}

function describe(code: ErrorCode, message: string, next: string, exitCode: number): Failure {
  return { error: errorBody(code, { message }), next, exitCode };
}
