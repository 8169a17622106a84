import type { EgressBody, EgressFailure } from '@patchbay/egress';

const tooLarge: EgressFailure = {
  kind: 'too_large',
  sent: true,
  reason: 'response_too_large',
  message: 'The answer exceeds the byte limit.',
};

/** The whole body of an answer that is no stream, within `maxBytes`, or why there is none. */
export async function collectBody(body: EgressBody, maxBytes: number): Promise<Uint8Array | EgressFailure> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const part = await body.read();
    if (part.kind === 'end') return Buffer.concat(chunks);
    if (part.kind === 'failed') return part.failure;
    bytes += part.bytes.byteLength;
    if (bytes > maxBytes) {
      body.cancel();
      return tooLarge;
    }
    chunks.push(part.bytes);
  }
}
