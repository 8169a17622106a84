import { type Check, fail, ok } from '../check.ts';

const mostNamed = 5;

/** The place of a reader is the server's own doing: what it lost of a stream, its readers may have had. */
export const durablesInStep: Check = {
  id: 'durables-in-step',
  title: 'No reader of a stream is ahead of it',
  means:
    'The servers lost the end of the stream, as after a disk that failed: what is published since under places that the reader has passed is not handed out, and of a queue it is removed.',
  fix: 'Provision again: it makes the reader anew, which begins with what is there, and what was done is not done twice. Those of DELIVERIES the delivery makes itself: remove them (nats consumer rm DELIVERIES READER) and start webhook-delivery again.',
  async look(examination) {
    const { streams } = await examination.servers();
    const ahead = streams.flatMap(({ name, last, readersAhead }) =>
      readersAhead.map((reader) => `${reader.name} at ${reader.delivered} of ${name}, whose last is ${last}`),
    );
    if (ahead.length === 0) return [ok(`the readers of ${streams.length} streams`)];
    const more = ahead.length > mostNamed ? ` and ${ahead.length - mostNamed} more` : '';
    return [fail(`ahead: ${ahead.slice(0, mostNamed).join('; ')}${more}`)];
  },
};
