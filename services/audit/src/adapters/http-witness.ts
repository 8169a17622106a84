import { addCheckpointUrl, askWitness, type WitnessReply } from '@patchbay/audit-log/proofs';
import { platformScope } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import type { CheckpointWitness } from '../operations/log/ports.ts';

const timeoutMs = 5_000;
/** A signature is a line. */
const maxAnswerBytes = 16_384;

/** A witness over HTTP, through the egress guard. */
export function createHttpWitness(egress: Pick<Egress, 'send'>, url: string): CheckpointWitness {
  const address = addCheckpointUrl(url);
  const { host } = new URL(address);

  async function post(body: string): Promise<WitnessReply> {
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
    async cosign({ note, size, oldSize }, proofFrom) {
      const told = await askWitness({ note, size, oldSize, proofFrom, post });
      if (told.kind === 'ahead') throw new Error(`the witness signed ${told.size} records of this log already`);
      if (told.kind === 'refused') throw new Error(`the witness answered ${told.reply.status}`);
      return told.reply.text;
    },
  };
}
