import {
  type ExecuteRequestInput,
  ExecutionResult,
  type IntegrationDocument,
  routes,
  StreamChunk,
  signals,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { numbersDocument } from './running-executor.test-support.ts';

/** Tools whose answers stream: lines, events, and lines of a write. */
export function feedDocument(id = 'feed'): IntegrationDocument {
  const tool = (key: string, risk: 'read' | 'write', response: object, body: unknown[]) => ({
    title: key,
    description: `Streams ${key}.`,
    risk,
    idempotency: { kind: risk === 'read' ? 'natural' : 'none' },
    request: { method: 'POST', path: `/${key}`, body: 'json' },
    parameters: { number: { type: 'integer', required: true } },
    response,
    examples: [{ arguments: { number: 1 }, response: { status: 200, body } }],
  });
  const rows = [{ n: 1 }, { n: 2 }, { n: 3 }];
  return numbersDocument(id, {
    tools: {
      rows: tool('rows', 'read', { stream: 'ndjson', streaming: { result: 'count', max_bytes: 1_000_000_000 } }, rows),
      say: tool(
        'say',
        'read',
        { stream: 'sse', pick: { text: 'data.t' }, streaming: { end: '[DONE]', result: 'text', text: 'text' } },
        [{ event: 'delta', data: { t: 'Hel' } }, { event: 'delta', data: { t: 'lo' } }, { data: '[DONE]' }],
      ),
      write_rows: tool('write_rows', 'write', { stream: 'ndjson' }, rows),
    } as never,
  });
}

export interface TakenStream {
  readonly chunks: StreamChunk[];
  readonly result: Promise<ExecutionResult>;
  /** Credits everything that comes, from now on. */
  flow(): void;
  credit(acknowledged: number, cancel?: boolean): void;
  leave(): void;
}

/** A caller that speaks the protocol by hand and credits nothing until told. */
export function openStream(
  messaging: Messaging,
  request: Partial<ExecuteRequestInput> & { tool: string },
  tenant = 'acme',
): TakenStream {
  const chunks: StreamChunk[] = [];
  const { promise: result, resolve, reject } = Promise.withResolvers<ExecutionResult>();
  result.catch(() => {});
  let flows = false;
  const credit = (acknowledged: number, cancel = false): void => {
    const execution = chunks[0]?.execution_id ?? '';
    messaging.sendSignal(signals.streamCredit, { tenant, execution }, { acknowledged, cancel });
  };
  const subscription = messaging.requestStream(
    routes.executeTool,
    { tenant },
    { arguments: { number: 1 }, stream: true, deadline_ms: 60_000, ...request },
    {
      timeoutMs: 65_000,
      onFailure: reject,
      onMessage(message) {
        const chunk = StreamChunk.safeParse(message);
        if (!chunk.success) return resolve(ExecutionResult.parse(message));
        chunks.push(chunk.data);
        if (flows && chunk.data.sequence % 4 === 0) credit(chunk.data.sequence);
      },
    },
  );
  return {
    chunks,
    result,
    credit,
    flow() {
      flows = true;
      credit(chunks.at(-1)?.sequence ?? 0);
    },
    leave: () => subscription.unsubscribe(),
  };
}
