import { PatchbayError } from '@patchbay/contracts';

/** One event of `text/event-stream`. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** Characters of one event at most: more than any chunk or result has. */
const maxEventChars = 8_388_608;

/**
 * The events of an answer as they come (HTML Standard, section 9.2.6), read no faster than they are taken. Leaving the loop
 * closes the connection.
 */
export async function* readEvents(answer: Response): AsyncGenerator<ServerSentEvent> {
  if (answer.body === null) return;
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let event = '';
  let data: string[] = [];
  try {
    for (;;) {
      const part = await reader.read();
      if (part.done) return;
      text += decoder.decode(part.value, { stream: true });
      if (text.length > maxEventChars)
        throw new PatchbayError('outcome_unknown', { message: 'An event of the stream is larger than any can be.' });
      const lines = text.split(/\r\n|\n|\r(?!$)/);
      text = lines.pop() as string;
      for (const line of lines) {
        if (line !== '') {
          const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
          if (name === 'event') event = value;
          if (name === 'data') data.push(value);
          continue;
        }
        if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n') };
        event = '';
        data = [];
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
