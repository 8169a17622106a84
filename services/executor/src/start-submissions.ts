import type { AuditRecorder } from '@patchbay/audit-log';
import {
  type ExecuteRequest,
  type ExecutionResult,
  events,
  type PlanRequest,
  type PlanResult,
  parseSubject,
  submissionConsumer,
  submissionSubject,
} from '@patchbay/contracts';
import type { BatchConsumer, Messaging } from '@patchbay/messaging';
import { childTraceparent, traceIdOf } from '@patchbay/service-kit';
import { createNatsDeadLetters, createNatsQueue, createNatsResults } from './adapters/nats-submissions.ts';
import { FairShare } from './domain/fair-share.ts';
import type { ExecuteCall } from './operations/execution-run.ts';
import type { CheckPolicies } from './operations/policies/check-policies.ts';
import type { FindTool } from './operations/ports.ts';
import { steadyNow } from './operations/steady-clock.ts';
import { createCarryOutSubmission } from './operations/submissions/carry-out-submission.ts';
import { createDropDeadLetter } from './operations/submissions/drop-dead-letter.ts';
import { createGetSubmissionResult } from './operations/submissions/get-submission-result.ts';
import { createListDeadLetters } from './operations/submissions/list-dead-letters.ts';
import type { RecordSubmission } from './operations/submissions/ports.ts';
import { createReplayDeadLetter } from './operations/submissions/replay-dead-letter.ts';
import { createShowDeadLetter } from './operations/submissions/show-dead-letter.ts';
import { createSubmitTool } from './operations/submissions/submit-tool.ts';

export interface SubmissionParts {
  readonly messaging: Messaging;
  readonly tools: FindTool;
  readonly checkPolicies: CheckPolicies;
  readonly executeTool: (request: ExecuteRequest, call: ExecuteCall) => Promise<ExecutionResult>;
  readonly executePlan: (request: PlanRequest, call: ExecuteCall) => Promise<PlanResult>;
  readonly recorder: AuditRecorder;
  readonly instance: string;
  /** Submissions carried out at once; 0: this executor accepts them and leaves them to others. */
  readonly concurrency: number;
  readonly onError: (error: unknown) => void;
}

/** Wires what an executor does with submissions, and begins to take them from the stream. */
export async function startSubmissions(parts: SubmissionParts) {
  const { messaging, tools, executeTool, executePlan, concurrency, onError } = parts;
  const results = createNatsResults(await messaging.bucket('results'));
  const deadLetters = createNatsDeadLetters(await messaging.bucket('dead_letters'));
  const queue = createNatsQueue(messaging);
  const audit = recordSubmissions(parts);
  // A submission accepted by an executor whose clock was stepped is begun by the others at once, not when theirs gets there.
  const now = () => Math.round(steadyNow());
  const carryOut = createCarryOutSubmission({
    results,
    deadLetters,
    audit,
    now,
    share: new FairShare(concurrency),
    tools,
    announce: {
      finished: (tenant, event) =>
        messaging.publishEvent(events.submissionFinished, { tenant, submission: event.submission_id }, event),
    },
    async execute(tenant, { execute, plan }, clearedCalls) {
      const traceparent = childTraceparent(null);
      const traceId = traceIdOf(traceparent);
      const call = {
        tenant,
        receivedAt: performance.now(),
        traceparent,
        traceId,
        lane: 'background',
        clearedCalls,
        cleared: clearedCalls.includes(''),
      } as const;
      return execute === undefined
        ? { result: null, plan: await executePlan(plan, call) }
        : { result: await executeTool(execute, call) };
    },
  });
  const consumer: BatchConsumer | null =
    concurrency === 0
      ? null
      : await messaging.work(submissionConsumer.stream, submissionConsumer.durable, {
          concurrency,
          onError,
          onMessage: ({ subject, payload, sequence }) =>
            carryOut({
              tenant: parseSubject(submissionSubject, subject)?.tenant as string,
              text: Buffer.from(payload).toString('utf8'),
              sequence,
            }),
        });
  return {
    operations: {
      submitTool: createSubmitTool({ tools, results, queue, now, policies: parts.checkPolicies }),
      getSubmissionResult: createGetSubmissionResult({ results }),
      listDeadLetters: createListDeadLetters({ deadLetters }),
      showDeadLetter: createShowDeadLetter({ deadLetters }),
      replayDeadLetter: createReplayDeadLetter({ deadLetters, results, queue, audit, now }),
      dropDeadLetter: createDropDeadLetter({ deadLetters, audit }),
    },
    stop: async () => consumer?.stop(),
  };
}

export type SubmissionOperations = Awaited<ReturnType<typeof startSubmissions>>['operations'];

function recordSubmissions({ recorder, instance, onError }: SubmissionParts): RecordSubmission {
  return {
    record(tenant, what, letter) {
      const entry = {
        tenant,
        class: 'execution',
        type: `dev.patchbay.submission.${what}`,
        subject: letter.id,
        data: {
          actor:
            what === 'dead_lettered'
              ? { kind: 'service' as const, id: instance }
              : { kind: 'admin' as const, id: 'admin' },
          target: { kind: 'submission', id: letter.id },
          outcome: 'succeeded',
          error_code: letter.error.code,
          ...(letter.tool !== null && { tool: letter.tool }),
          facts: {
            reason: letter.reason,
            tries: letter.tries,
            ...(letter.calls !== undefined && { calls: letter.calls }),
          },
        },
      } as const;
      recorder.record(entry).catch(onError);
    },
  };
}
