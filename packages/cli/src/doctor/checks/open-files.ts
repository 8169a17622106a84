import { type Check, fail, ok, warn } from '../check.ts';

/** A socket for each call under way, each waiting upstream and each client: below this a busy service runs out. */
const [low, tooLow] = [8_192, 1_024];

export const openFiles: Check = {
  id: 'open-files',
  title: 'Processes may open enough files',
  means:
    'Calls are refused as overloaded (descriptors_exhausted), and clients are turned away, long before the processor is busy.',
  fix: 'Raise it to 65536: LimitNOFILE (systemd), --ulimit nofile (containers) or ulimit -n.',
  async look(examination) {
    const processes = await examination.services();
    return processes.flatMap(({ name, report }) => {
      const { limit = null, used = null } = report?.open_files ?? {};
      if (limit === null) return [];
      const text = `${used ?? '?'} of ${limit} open`;
      if (limit <= tooLow || (used ?? 0) > limit * 0.9) return [fail(text, { about: name })];
      return [limit < low ? warn(text, { about: name }) : ok(text, name)];
    });
  },
};
