import { type Check, fail, NotSeen, ok, warn } from '../check.ts';

export const redisEviction: Check = {
  id: 'redis-eviction',
  title: 'Redis evicts nothing, and has room',
  means: 'An eviction forgets a rate counter, or that a webhook event was here: it is then delivered twice.',
  fix: 'Set maxmemory-policy noeviction, and maxmemory to some 250 bytes for each webhook event of 72 hours.',
  async look(examination) {
    const seen = (await examination.services()).filter(({ report }) => report?.redis?.answers === true);
    if (seen.length === 0) throw new NotSeen('no Redis answers');
    return seen.map(({ name, report }) => {
      const { eviction, used_bytes: used, limit_bytes: limit } = report?.redis ?? {};
      if (eviction == null) return warn('does not say what it does when it is full', { about: name });
      if (eviction !== 'noeviction') return fail(`maxmemory-policy is ${eviction}`, { about: name });
      if (used != null && limit != null && used > limit * 0.9)
        return warn(`${Math.round((used / limit) * 100)} % of ${limit} bytes used`, { about: name });
      return ok('noeviction', name);
    });
  },
};
