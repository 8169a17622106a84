import { formatAddCheckpoint } from '@patchbay/audit-log/proofs';
import { platformScope } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import type { CheckpointWitness } from '../operations/log/ports.ts';

const timeoutMs = 5_000;
/** A signature is a line. */
const maxAnswerBytes = 16_384;

/**
 * A witness over HTTP (C2SP tlog-witness, add-checkpoint). One that knows another size of the log than we thought says which, and
 * is asked once more from there.
 */
export function createHttpWitness(egress: Pick<Egress, 'send'>, url: string): CheckpointWitness {
  const address = new URL('add-checkpoint', url.endsWith('/') ? url : `${url}/`).href;
  const { host } = new URL(address);

  async function ask(body: string): Promise<{ readonly status: number; readonly text: string }> {
    const outcome = await egress.send({
      tenant: platformScope,
      method: 'POST',
      url: address,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'Patchbay-Audit/1' },
      body: Buffer.from(body),
      hosts: [host],
      deadlineAt: performance.now() + timeoutMs,
      maxResponseBytes: maxAnswerBytes,
    });
    if (!outcome.ok) throw new Error(`${outcome.failure.message} (${outcome.failure.reason})`);
    return { status: outcome.response.status, text: Buffer.from(outcome.response.body).toString() };
  }

  return {
    name: host,
    async cosign({ note, oldSize }, proveFrom) {
      const from = async (size: number) =>
        ask(formatAddCheckpoint(size, size === 0 ? [] : await proveFrom(size), note));
      let answer = await from(oldSize);
      const known = answer.status === 409 ? Number(answer.text.trim()) : Number.NaN;
      if (Number.isSafeInteger(known) && known >= 0 && known !== oldSize) answer = await from(known);
      if (answer.status !== 200) throw new Error(`the witness answered ${answer.status}`);
      return answer.text;
    },
  };
}
