/** One form in which a canary may stand in a file or on a wire. */
export interface Needle {
  readonly encoding: CanaryEncoding;
  readonly bytes: Buffer;
}

export type CanaryEncoding = 'raw' | 'json' | 'base64' | 'base64url' | 'hex' | 'url' | 'utf16le';

/** Every form of a canary that is looked for, each once. */
export function needlesOf(canary: string): Needle[] {
  const bytes = Buffer.from(canary);
  const hex = bytes.toString('hex');
  const percent = hex.replace(/../g, '%$&');
  const component = encodeURIComponent(canary);
  const texts: [CanaryEncoding, string][] = [
    ['raw', canary],
    ['json', JSON.stringify(canary).slice(1, -1)],
    ['hex', hex],
    ['hex', hex.toUpperCase()],
    ['url', component],
    ['url', component.replace(/%../g, (code) => code.toLowerCase())],
    ['url', new URLSearchParams({ '': canary }).toString().slice(1)],
    ['url', percent],
    ['url', percent.toUpperCase()],
    ...([0, 1, 2] as const).flatMap((shift): [CanaryEncoding, string][] => {
      const standard = alignedBase64(bytes, shift);
      return [
        ['base64', standard],
        ['base64url', standard.replaceAll('+', '-').replaceAll('/', '_')],
      ];
    }),
  ];
  const seen = new Set<string>();
  const needles = texts.filter(([, text]) => !seen.has(text) && seen.add(text));
  return [
    ...needles.map(([encoding, text]) => ({ encoding, bytes: Buffer.from(text) })),
    { encoding: 'utf16le', bytes: Buffer.from(canary, 'utf16le') },
  ];
}

/**
 * What of the canary's base64 is the same whatever stands around it, when it begins `shift` bytes after a multiple of
 * three: the characters that hold its bits alone.
 */
function alignedBase64(bytes: Buffer, shift: 0 | 1 | 2): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}
