import { parseJsonItem } from './json-item.ts';
import { LineSplitter } from './line-splitter.ts';
import { type ItemReader, type StreamItem, StreamProblem } from './stream-item.ts';

/** Reads one JSON value a line. Blank lines keep a connection alive and are no items; the last line needs no end. */
export class NdjsonReader implements ItemReader {
  readonly ended = false;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  private readonly lines = new LineSplitter();

  push(bytes: Uint8Array): StreamItem[] {
    return itemsOf(this.lines.push(this.decode(bytes)));
  }

  end(): StreamItem[] {
    return itemsOf([...this.lines.push(this.decode()), this.lines.rest()]);
  }

  private decode(bytes?: Uint8Array): string {
    try {
      return this.decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new StreamProblem('response_invalid', 'is not valid UTF-8');
    }
  }
}

function itemsOf(lines: readonly string[]): StreamItem[] {
  const items: StreamItem[] = [];
  for (const line of lines) {
    if (line.trim() === '') continue;
    const parsed = parseJsonItem(line);
    if (!parsed.ok) throw new StreamProblem('response_invalid', `holds a line that ${parsed.problem}`);
    items.push({ value: parsed.value, length: line.length });
  }
  return items;
}
