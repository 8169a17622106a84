import {
  type CancelRequest,
  type ExecuteRequest,
  type ExecutionResult,
  errorBody,
  newId,
  PatchbayError,
  routes,
  signals,
} from '@patchbay/contracts';
import { endpoint, type Messaging, type RequestContext } from '@patchbay/messaging';
import type { z } from 'zod';
import { fakeResult } from './fake-result.ts';

type Asked = z.output<typeof ExecuteRequest>;

/** What `erase` asks for. */
export const confirmation = {
  token: 'c1.test.token',
  ask: 'Shall I erase it all?',
  expires_at: '2100-01-01T00:00:00.000Z',
};

/** The executor's route for calls, over real NATS under the executor's own identity. */
export interface FakeExecutor {
  /** What it was asked, with the tenant that the subject proved. */
  readonly asked: { readonly tenant: string; readonly request: Asked; readonly traceparent: string | null }[];
  /** Executions whose caller cancelled their stream. */
  readonly cancelled: string[];
  /** Executions that were stopped since nobody waited for them any more. */
  readonly gone: string[];
  /** Requests to cancel. */
  readonly cancels: CancelRequest[];
}

/**
 * `echo` answers its arguments, `say` a sentence, `fail` fails, `count` streams three chunks, `endless` streams until it is cancelled, `erase`
 * has to be confirmed. Anything else is no tool.
 */
export async function startFakeExecutor(
  messaging: Messaging,
  /** Further names of these tools. */
  aliases: Readonly<Record<string, string>> = {},
): Promise<FakeExecutor> {
  const asked: FakeExecutor['asked'] = [];
  const cancelled: string[] = [];
  const cancels: CancelRequest[] = [];
  const gone: string[] = [];
  const stops = new Map<string, () => void>();

  async function execute(
    asks: Asked,
    { values, replyTo, traceparent, presence }: RequestContext,
  ): Promise<ExecutionResult> {
    const request = { ...asks, tool: aliases[asks.tool] ?? asks.tool };
    const tenant = values.tenant as string;
    asked.push({ tenant, request, traceparent });
    const id = newId('execution');
    if (request.tool === 'echo') return fakeResult(id, request.tool, { output: request.arguments });
    if (request.tool === 'say') return fakeResult(id, request.tool, { output: 'A sentence.' });
    if (request.tool === 'erase') {
      if (request.confirmation === confirmation.token)
        return fakeResult(id, request.tool, { output: { erased: true } });
      const error = errorBody('confirmation_required', { speakable: confirmation.ask, details: { confirmation } });
      return fakeResult(id, request.tool, { status: 'refused', error });
    }
    if (request.tool === 'fail')
      return fakeResult(id, request.tool, {
        status: 'failed',
        error: errorBody('upstream_error', { details: { upstream_status: 500 } }),
      });
    if (request.tool !== 'count' && request.tool !== 'endless')
      return fakeResult(id, request.tool, { status: 'refused', error: errorBody('tool_not_found') });
    const over = Promise.withResolvers<void>();
    if (request.idempotency_key !== undefined) stops.set(request.idempotency_key, over.resolve);
    if (!request.stream) {
      if (presence !== null)
        messaging.watchPresence(presence, () => {
          gone.push(id);
          over.resolve();
        });
      await over.promise;
      return fakeResult(id, request.tool, { status: 'cancelled', error: errorBody('cancelled') });
    }
    const stream = messaging.openReplyStream(replyTo, () => over.resolve());
    const credits = messaging.listenSignal(signals.streamCredit, { tenant, execution: id }, ({ cancel }) => {
      if (!cancel) return;
      cancelled.push(id);
      over.resolve();
    });
    await messaging.flush();
    stream.send({ execution_id: id, sequence: 0, data: null });
    for (let sequence = 1; sequence <= 3; sequence++)
      stream.send({ execution_id: id, sequence, data: { part: sequence } });
    if (request.tool === 'endless') await over.promise;
    credits.unsubscribe();
    stream.close();
    return fakeResult(id, request.tool, { output: 'told', stream: { chunks: 3, cut_by: null } });
  }
  await messaging.serve({ name: 'executor', version: '0.1.0', description: 'test' }, [
    endpoint('execute-tool', routes.executeTool, execute),
    endpoint('execute-tool-for', routes.executeToolFor, execute),
    endpoint('cancel-execution', routes.cancelExecution, async (request) => {
      cancels.push(request);
      stops.get(request.idempotency_key ?? '')?.();
      return { cancelled: [] };
    }),
    endpoint('get-submission-result', routes.getSubmissionResult, async ({ submission_id }) => {
      throw new PatchbayError('invalid_request', { message: `no ${submission_id}` });
    }),
  ]);
  return { asked, cancelled, cancels, gone };
}
