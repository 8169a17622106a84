import { type ErrorBody, errorBody, PatchbayError } from '@patchbay/contracts';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** Errors in one answer. */
const mostErrors = 20;

/** Errors as they go out: with a code of the catalogue, and nothing of what went wrong within. `report` gets the defects. */
export function answerErrors(errors: readonly unknown[], report: (error: unknown) => void): GraphQLFormattedError[] {
  return errors.slice(0, mostErrors).map((error) => {
    const body = bodyOf(error, report);
    const { locations, path } = error instanceof GraphQLError ? error : {};
    const { issues, ...details } = body.details;
    return {
      message: body.message,
      ...(locations !== undefined && { locations }),
      ...(path !== undefined && { path }),
      extensions: {
        code: body.code,
        speakable: body.speakable,
        retryable: body.retryable,
        retry_after_ms: body.retry_after_ms,
        issues: issues ?? [],
        details,
      },
    };
  });
}

function bodyOf(error: unknown, report: (error: unknown) => void): ErrorBody {
  const cause = error instanceof GraphQLError ? (error.originalError ?? null) : error;
  // What GraphQL itself has to say is about the query alone.
  if (cause === null || cause instanceof GraphQLError)
    return errorBody('invalid_request', { message: (error as GraphQLError).message });
  if (cause instanceof PatchbayError) {
    if (cause.code === 'internal') report(cause);
    return cause.body;
  }
  report(cause);
  return errorBody('internal');
}
