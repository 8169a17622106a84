import { expect, it } from 'vitest';
import { findings } from './file-size.mjs';
import { repositoryOf } from './repository.mjs';

it('reports a source of more than 400 lines and no other file', () => {
  const lines = (count) => 'x\n'.repeat(count);
  expect(
    findings(repositoryOf({ 'a.ts': lines(401), 'b.ts': lines(400), 'c.yaml': lines(900), 'd.d.mts': lines(900) })),
  ).toEqual(['a.ts has 401 lines; split it, the limit is 400']);
});
