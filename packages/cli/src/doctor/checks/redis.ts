import { type Check, fail, ok, warn } from '../check.ts';

export const redis: Check = {
  id: 'redis',
  title: 'Redis answers, and executors share rate limits over it',
  means:
    'Each executor keeps its part of the limits alone, and webhooks that come again are told by the stream for ten minutes only.',
  fix: 'Start Redis again, or look at what keeps it busy. Calls go on meanwhile.',
  async look(examination) {
    const processes = (await examination.services()).filter(({ report }) => report?.redis !== undefined);
    const executors = processes.filter(({ service }) => service === 'executor').length;
    return processes.map(({ name, service, report, load }) => {
      if (report?.redis == null)
        return service === 'executor' && executors === 1
          ? ok('none; the one executor keeps the limits', name)
          : warn('has no Redis to share over', { about: name, fix: 'Set PATCHBAY_REDIS_URL_FILE on every executor.' });
      if (!report.redis.answers || load?.rate_limits === 'local') return fail('is away or slow', { about: name });
      return ok('answers', name);
    });
  },
};
