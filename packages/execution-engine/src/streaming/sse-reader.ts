import { parseJsonItem } from './json-item.ts';
import { LineSplitter } from './line-splitter.ts';
import { type ItemReader, maxItemLength, type StreamItem, StreamProblem } from './stream-item.ts';
import type { StreamPlan } from './stream-plan.ts';

/**
 * Reads an event stream as WHATWG HTML section 9.2.6 says. An item is `{ event, id, data }`: `event` is `message` when the
 * upstream names none, `id` is the last one given and left out while there was none. Comments, `retry` and events without
 * data are nothing to an agent. An event that the end of the answer cuts off is dropped.
 */
export class SseReader implements ItemReader {
  ended = false;
  private readonly plan: Pick<StreamPlan, 'data' | 'end'>;
  // Malformed bytes are replaced, as the standard says; a byte order mark at the start is dropped.
  private readonly decoder = new TextDecoder('utf-8');
  private readonly lines = new LineSplitter();
  private event = '';
  private id = '';
  private data: string[] = [];
  private length = 0;

  constructor(plan: Pick<StreamPlan, 'data' | 'end'>) {
    this.plan = plan;
  }

  push(bytes: Uint8Array): StreamItem[] {
    return this.read(this.decoder.decode(bytes, { stream: true }));
  }

  end(): StreamItem[] {
    return this.read(this.decoder.decode());
  }

  private read(text: string): StreamItem[] {
    const items: StreamItem[] = [];
    for (const line of this.lines.push(text)) {
      if (this.ended) break;
      if (line !== '') this.field(line);
      else if (this.data.length > 0) this.dispatch(items);
      else this.event = '';
    }
    return items;
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') this.event = value;
    else if (name === 'id' && !value.includes('\0')) this.id = value;
    else if (name === 'data') {
      this.data.push(value);
      this.length += value.length + 1;
      if (this.length > maxItemLength)
        throw new StreamProblem('response_too_large', `holds an event of more than ${maxItemLength} characters`);
    }
  }

  private dispatch(items: StreamItem[]): void {
    const text = this.data.join('\n');
    const { event, id, length } = this;
    this.data = [];
    this.length = 0;
    this.event = '';
    // An event of nothing but empty data lines is one; of none, none.
    if (text === this.plan.end) {
      this.ended = true;
      return;
    }
    const value = { event: event === '' ? 'message' : event, ...(id !== '' && { id }), data: this.dataOf(text) };
    items.push({ value, length: length + event.length + id.length + 40 });
  }

  private dataOf(text: string): unknown {
    const { data } = this.plan;
    if (data === 'text' || (data === 'auto' && !/^\s*[[{]/.test(text))) return text;
    const parsed = parseJsonItem(text);
    if (parsed.ok) return parsed.value;
    if (data === 'auto') return text;
    throw new StreamProblem('response_invalid', `holds an event whose data ${parsed.problem}`);
  }
}
