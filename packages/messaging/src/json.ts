/** The value of a JSON payload, or undefined when it is not JSON. An empty payload is not JSON. */
export function decodeJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}
