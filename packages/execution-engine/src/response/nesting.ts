/** Deepest JSON taken from an upstream. Beyond it, whoever walks it recursively could run out of stack. */
const maxNesting = 64;

/** Whether JSON text, as bytes, is nested deeper than `maxNesting`. Brackets inside texts do not count. */
export function exceedsNesting(bytes: Uint8Array): boolean {
  return opensMoreThan(bytes, maxNesting) && isDeeperThan(bytes, maxNesting);
}

/** With few opening brackets in all, inside texts or not, there is no depth to measure: true of most answers. */
function opensMoreThan(bytes: Uint8Array, limit: number): boolean {
  let opened = 0;
  // `[` and `{` differ in one bit.
  for (let i = 0; i < bytes.length; i++) if (((bytes[i] as number) | 0x20) === 0x7b && ++opened > limit) return true;
  return false;
}

function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > limit) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}
