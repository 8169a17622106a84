import { failureOf } from '../../failures.ts';
import { type Check, fail, NotSeen, ok } from '../check.ts';

export const operator: Check = {
  id: 'operator',
  title: 'The operator’s key connects',
  means: 'Nothing of the services could be looked at.',
  fix: 'Check the key file that --credentials names.',
  async look(examination) {
    try {
      await examination.admin();
    } catch (error) {
      // The cause is this check's to tell; the others were only kept from looking.
      const cause = error instanceof NotSeen ? error.cause : error;
      if (cause === undefined) throw error;
      const { error: body, next } = failureOf(cause);
      return [fail(body.message, { fix: next })];
    }
    return [ok('connects')];
  },
};
