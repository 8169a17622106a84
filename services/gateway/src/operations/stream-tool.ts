import { type ErrorBody, errorBody, PatchbayError, toErrorBody } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import { type AskedCall, callOptions } from './execute-tool.ts';
import type { OpenSessions } from './open-sessions.ts';

/** Milliseconds of silence after which a comment is sent, so that nothing on the way takes the stream for dead. */
const beatMs = 15_000;

export interface StreamPorts {
  readonly agent: Pick<Agent, 'stream'>;
  readonly sessions: OpenSessions;
  /** What goes out for a failure that is no result: a problem as JSON. */
  readonly describe: (error: ErrorBody) => string;
  /** Nobody takes it any more. */
  readonly left: AbortSignal;
}

/**
 * A tool call whose answer is told as Server-Sent Events: `chunk` for each item, then `result`, or `problem` when the stream
 * itself failed. Taking it slowly slows the upstream; leaving it, and the end of the key, cancel the call.
 */
export async function* streamTool(ports: StreamPorts, asked: AskedCall): AsyncGenerator<string> {
  const over = Promise.withResolvers<'ended' | 'left'>();
  const abort = new AbortController();
  const end = (why: 'ended' | 'left') => {
    over.resolve(why);
    abort.abort();
  };
  const session = ports.sessions.open(asked.principal, () => end('ended'));
  ports.left.addEventListener('abort', () => end('left'), { once: true });
  const stream = ports.agent.stream(asked.tool, asked.body.arguments, { ...callOptions(asked), signal: abort.signal });
  const chunks = stream[Symbol.asyncIterator]();
  try {
    let next = chunks.next();
    for (;;) {
      const came = await firstOf(next, over.promise);
      if (came === 'left') return;
      if (came === 'ended') {
        yield event('problem', ports.describe(errorBody('not_authenticated', { message: 'The key has ended.' })));
        return;
      }
      if (came === 'silence') {
        yield ': still here\n\n';
        continue;
      }
      if (came.done === true) break;
      yield event('chunk', JSON.stringify(came.value), came.value.sequence);
      next = chunks.next();
    }
    yield event('result', JSON.stringify(await stream.result));
  } catch (error) {
    // The call's own failure is its result; anything else is the stream's.
    if (error instanceof PatchbayError && error.name === 'ExecutionError')
      yield event('result', JSON.stringify(await stream.result));
    else yield event('problem', ports.describe(toErrorBody(error)));
  } finally {
    session.close();
    stream.cancel();
    void chunks.return?.();
  }
}

async function firstOf<Value, Over>(next: Promise<Value>, over: Promise<Over>): Promise<Value | Over | 'silence'> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<'silence'>((resolve) => {
    timer = setTimeout(() => resolve('silence'), beatMs);
  });
  try {
    return await Promise.race([over, next, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** One event of `text/event-stream`; JSON holds no line break. */
function event(name: string, data: string, id?: number): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;
}
