import { connectAgent } from '../../context.ts';
import { failureOf, NotRunningError } from '../../failures.ts';
import { type Check, fail, NotSeen, ok, skip } from '../check.ts';

export const agent: Check = {
  id: 'agent',
  title: 'A tenant’s agent connects and sees tools',
  means: 'The tenant’s agents cannot call anything.',
  fix: 'Check the key file that --credentials names, and that the registry answers.',
  async look({ target, options, installationDir }) {
    // An operator's key is not an agent's: with one named, there is none to try.
    if (options.credentials !== undefined || installationDir !== null) return [skip('no key of an agent was named')];
    try {
      const connected = await connectAgent(target('agent'));
      const { total } = await connected.tools.list({ limit: 1 }).finally(() => connected.close());
      return [ok(`tenant '${connected.tenant}' connects and sees ${total} tools`)];
    } catch (error) {
      if (error instanceof NotRunningError) throw new NotSeen('nothing says where Patchbay is');
      const { error: body, next } = failureOf(error);
      return [fail(body.message, { fix: next })];
    }
  },
};
