import { callOfMix, type KeysOfCalls, type LoadReport, type LoadShape, type MakeCall, runLoad } from '@patchbay/load';
import { connect } from '@patchbay/sdk';
import { Pool } from 'undici';
import { checkReply, requestArguments, upstreamHeaders } from './work.ts';

/**
 * A load by `packages/load`, in a process of its own. Arguments: `direct <origin>`, which calls the upstream without Patchbay, or
 * `patchbay <nats> <tenant> <credentials>`, which calls the read tool and the write tool of the bench. Every answer is checked.
 */
export interface LoadTask {
  readonly shape: LoadShape;
  readonly seconds: number;
  readonly calls: number;
  readonly warmupSeconds: number;
  /** Reads for each write; 0: writes alone. Of `direct` all are reads. */
  readonly readsPerWrite: number;
  readonly keys: KeysOfCalls;
  /** Begins the idempotency keys. */
  readonly run: string;
  /** Says on standard error, every ten seconds, how far it is. */
  readonly tells?: boolean;
}
/** Calls that took more than one attempt are told apart: their `what` ends so. */
export const again = ', tried again';

const [kind = '', ...where] = process.argv.slice(2);
const makerOf = kind === 'direct' ? direct(where) : await patchbay(where);

function direct([origin = '']: string[]): (task: LoadTask) => MakeCall {
  const pool = new Pool(origin, { connections: 128, pipelining: 1 });
  const body = JSON.stringify(requestArguments);
  return () => async () => {
    try {
      const answer = await pool.request({ method: 'POST', path: '/api/lookup', headers: upstreamHeaders, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) return { status: 'failed', code: `http_${answer.statusCode}`, what: 'direct' };
      checkReply(JSON.parse(text));
      return { status: 'succeeded', code: null, what: 'direct' };
    } catch (error) {
      return { status: 'unknown', code: (error as NodeJS.ErrnoException).code ?? 'failed', what: 'direct' };
    }
  };
}

async function patchbay([servers = '', tenant = '', credentials = '']: string[]): Promise<
  (task: LoadTask) => MakeCall
> {
  const agent = await connect({ servers, tenant, credentials });
  return ({ readsPerWrite, keys, run }) => {
    const reads = { tool: 'bench_lookup', arguments: requestArguments, weight: readsPerWrite };
    const writes = { tool: 'bench_book', arguments: requestArguments, weight: 1 };
    const callOf = callOfMix(readsPerWrite === 0 ? [writes] : [reads, writes], { keys, run });
    return async (number) => {
      const { tool, arguments: args, idempotencyKey } = callOf(number);
      const { status, error, output, attempts } = await agent.execute(tool, args, {
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      });
      if (status === 'succeeded') checkReply(output);
      const what = attempts > 1 ? `${tool}${again}` : tool;
      if (status === 'outcome_unknown') return { status: 'unknown', code: status, what };
      const outcome = status === 'cancelled' ? 'failed' : status;
      return { status: outcome, code: error?.code ?? null, what };
    };
  };
}

async function run(task: LoadTask): Promise<LoadReport> {
  const { shape, seconds, calls, warmupSeconds, tells = false } = task;
  let made = 0;
  return runLoad({
    shape,
    bounds: { seconds, calls, warmupSeconds },
    makeCall: makerOf(task),
    sampleMs: 10_000,
    onSample(sample) {
      made += sample?.made ?? 0;
      if (tells && sample !== null)
        process.stderr.write(`${made} of ${calls}, ${Math.round(sample.per_second)} a second\n`);
    },
  });
}

process.on('message', (task: LoadTask) => {
  run(task).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
