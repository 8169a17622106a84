import { readDataPath } from '../paths/data-path.ts';
import { jsonBytes, type LimitedOutput, limitOutput } from '../response/limit-output.ts';
import { utf8Prefix } from '../response/utf8-prefix.ts';
import type { StreamPlan } from './stream-plan.ts';

/** Gathers what the final result of a stream says, in no more memory than the result may take. */
export class StreamResult {
  private readonly plan: Pick<StreamPlan, 'result' | 'text'>;
  private readonly maxItems: number;
  private readonly maxBytes: number;
  private count = 0;
  private items: unknown[] = [];
  private itemBytes = 0;
  private text = '';
  private textBytes = 0;
  private last: unknown = null;

  constructor(plan: Pick<StreamPlan, 'result' | 'text'>, maxItems: number | undefined, maxBytes: number) {
    this.plan = plan;
    this.maxItems = maxItems ?? Number.POSITIVE_INFINITY;
    this.maxBytes = Math.max(200, maxBytes);
  }

  add(item: unknown): void {
    this.count++;
    const { result } = this.plan;
    if (result === 'last') this.last = item;
    else if (result === 'items') this.keep(item);
    else if (result === 'text') this.join(item);
  }

  /** `cut`: the stream was longer than what was read of it. `binary`: its pieces are no text. */
  output(cut: boolean, binary: { contentType: string | null; bytes: number } | null): LimitedOutput {
    switch (this.plan.result) {
      case 'count':
        return { output: { count: this.count }, truncated: cut };
      case 'last': {
        const { output, truncated } = limitOutput(this.last, undefined, this.maxBytes, false);
        return { output, truncated: truncated || cut };
      }
      case 'items':
        return this.listed(cut);
      case 'text':
        if (binary !== null)
          return { output: { content_type: binary.contentType, bytes: binary.bytes }, truncated: cut };
        return this.joined(cut);
    }
  }

  private keep(item: unknown): void {
    if (this.items.length < this.count - 1 || this.items.length >= this.maxItems) return;
    this.itemBytes += jsonBytes(item) + 1;
    // Room for the brackets and the note about the rest.
    if (this.itemBytes + 100 <= this.maxBytes) this.items.push(item);
  }

  private listed(cut: boolean): LimitedOutput {
    const leftOut = this.count - this.items.length;
    if (leftOut === 0) return { output: this.items, truncated: cut };
    return { output: { items: this.items, _truncated: { list: '', items_left_out: leftOut } }, truncated: true };
  }

  private join(item: unknown): void {
    const { text: path } = this.plan;
    const found = path === null ? item : readDataPath(item, path);
    if (typeof found !== 'string') return;
    this.textBytes += Buffer.byteLength(found);
    if (this.text.length < this.maxBytes) this.text += found;
  }

  private joined(cut: boolean): LimitedOutput {
    if (this.textBytes === Buffer.byteLength(this.text) && jsonBytes(this.text) <= this.maxBytes)
      return { output: this.text, truncated: cut };
    for (let room = this.maxBytes - 40; ; ) {
      const kept = utf8Prefix(this.text, room);
      const output = `${kept}… [${this.textBytes - Buffer.byteLength(kept)} bytes left out]`;
      const excess = jsonBytes(output) - this.maxBytes;
      if (excess <= 0 || room <= 0) return { output, truncated: true };
      room = Math.max(0, room - Math.max(8, Math.ceil(excess / 2)));
    }
  }
}
