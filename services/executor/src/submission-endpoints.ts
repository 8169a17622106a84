import type { RecordedLooks } from '@patchbay/audit-log';
import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import { believed, nameOf } from './domain/proven-caller.ts';
import type { SubmissionOperations } from './start-submissions.ts';

/** What the executor answers about submissions. */
export function submissionEndpoints(operations: SubmissionOperations, looks: RecordedLooks): AnyEndpoint[] {
  return [
    ...[routes.submitTool, routes.submitToolFor].map((route) =>
      endpoint(nameOf('submit-tool', route), route, ({ execute, plan, ...terms }, { values, receivedAt }) =>
        operations.submitTool(
          values.tenant as string,
          {
            ...terms,
            ...(execute !== undefined && { execute: believed(route, execute) }),
            ...(plan !== undefined && { plan: believed(route, plan) }),
          },
          receivedAt,
        ),
      ),
    ),
    endpoint('get-submission-result', routes.getSubmissionResult, ({ submission_id }, { values }) =>
      operations.getSubmissionResult(values.tenant as string, submission_id),
    ),
    endpoint('list-dead-letters', routes.listDeadLetters, (request) => operations.listDeadLetters(request)),
    endpoint('show-dead-letter', routes.showDeadLetter, (request, { replyTo, traceparent }) =>
      looks.one(
        {
          tenant: request.tenant,
          type: 'dev.patchbay.submission.dead_letter_read',
          target: { kind: 'submission', id: request.id },
          replyTo,
          traceId: traceIdOf(traceparent),
        },
        () => operations.showDeadLetter(request),
      ),
    ),
    endpoint('replay-dead-letter', routes.replayDeadLetter, (request) => operations.replayDeadLetter(request)),
    endpoint('drop-dead-letter', routes.dropDeadLetter, (request) => operations.dropDeadLetter(request)),
  ];
}
