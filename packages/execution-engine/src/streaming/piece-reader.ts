import { type ItemReader, type StreamItem, StreamProblem } from './stream-item.ts';

/** Characters, or bytes, of one piece at most. */
const maxPiece = 8_192;

/** Reads text in pieces as they come. A character is never cut in two. */
export class TextPieceReader implements ItemReader {
  readonly ended = false;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  push(bytes: Uint8Array): StreamItem[] {
    return piecesOf(this.decode(bytes));
  }

  end(): StreamItem[] {
    return piecesOf(this.decode());
  }

  private decode(bytes?: Uint8Array): string {
    try {
      return this.decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new StreamProblem('response_invalid', 'is not valid UTF-8');
    }
  }
}

/** Reads bytes in pieces, each as a text of one character a byte: what delivers them makes base64 of it. */
export class BytePieceReader implements ItemReader {
  readonly ended = false;

  push(bytes: Uint8Array): StreamItem[] {
    return piecesOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
  }

  end(): StreamItem[] {
    return [];
  }
}

function piecesOf(text: string): StreamItem[] {
  const items: StreamItem[] = [];
  for (let at = 0; at < text.length; ) {
    const end = at + maxPiece;
    // Not between the two halves of a surrogate pair.
    const cut = end < text.length && isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end;
    const value = text.slice(at, cut);
    items.push({ value, length: value.length });
    at = cut;
  }
  return items;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
