import { maxItemLength, StreamProblem } from './stream-item.ts';

const lineEnd = /\r\n|\n|\r/g;

/** Cuts text into lines at LF, CR and CRLF, wherever the text was cut before. A line is given as soon as it is complete. */
export class LineSplitter {
  /** The beginning of a line whose end has not come. */
  private pending = '';
  private afterReturn = false;

  push(text: string): string[] {
    // The second half of a CRLF whose first half ended the line already.
    const from = this.afterReturn && text.startsWith('\n') ? 1 : 0;
    if (text !== '') this.afterReturn = text.endsWith('\r');
    const lines: string[] = [];
    let start = from;
    lineEnd.lastIndex = from;
    for (let match = lineEnd.exec(text); match !== null; match = lineEnd.exec(text)) {
      lines.push(this.pending + text.slice(start, match.index));
      this.pending = '';
      start = lineEnd.lastIndex;
    }
    this.pending += text.slice(start);
    if (this.pending.length > maxItemLength)
      throw new StreamProblem('response_too_large', `holds a line of more than ${maxItemLength} characters`);
    return lines;
  }

  /** What came after the last line end. */
  rest(): string {
    const { pending } = this;
    this.pending = '';
    return pending;
  }
}
