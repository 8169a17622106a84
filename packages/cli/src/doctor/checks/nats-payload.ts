import { maxMessageBytes } from '@patchbay/contracts';
import { type Check, fail, ok } from '../check.ts';

export const natsPayload: Check = {
  id: 'nats-payload',
  title: 'The servers take messages as large as Patchbay sends',
  means: 'Long arguments, answers and webhooks are refused although they are within Patchbay’s own limits.',
  fix: 'Set max_payload to 4194304, as lay-out does.',
  async look(examination) {
    const { servers } = await examination.servers();
    return servers.map(({ name, maxPayloadBytes }) =>
      maxPayloadBytes > maxMessageBytes
        ? ok(`${maxPayloadBytes} bytes`, name)
        : fail(`${maxPayloadBytes} bytes, headers included; a message may have ${maxMessageBytes}`, { about: name }),
    );
  },
};
