/** A longer line is no line of an export. */
const maxLineBytes = 64 * 1_024 * 1_024;

/**
 * Calls `onLine` with each line, without its newline, in the memory that it was read to: what is kept of it must be copied. Stops when
 * that returns false. Returns how many bytes of a last line without a newline there are, or -1 when one line is too long.
 */
export async function eachLine(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onLine: (line: Buffer) => boolean,
  onChunk: (bytes: number) => void = () => {},
): Promise<number> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const piece of source) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    onChunk(chunk.length);
    let begin = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
      let line = chunk.subarray(begin, end);
      if (restBytes > 0) {
        line = Buffer.concat([...rest, line]);
        rest = [];
        restBytes = 0;
      }
      if (!onLine(line)) return 0;
      begin = end + 1;
    }
    if (begin === chunk.length) continue;
    rest.push(chunk.subarray(begin));
    restBytes += chunk.length - begin;
    if (restBytes > maxLineBytes) return -1;
  }
  return restBytes;
}
