import { describe, expect, test } from 'vitest';
import { toolDocument } from './compile-probe.test-support.ts';
import { prepareTool } from './prepare-tool.ts';

const probe = {
  tool: 'find',
  arguments: { name: { from: 'title' }, limit: { const: 5 } },
  happened: "exists(items[].id) and items[].state = 'open'",
  not_happened: 'count = 0',
};

describe('a probe', () => {
  test('asks the read tool with the call’s own arguments, leaving out what the call left out', () => {
    const plan = prepareTool(toolDocument(probe), 'add').probe;
    expect(plan?.tool).toBe('desk_find');
    expect(plan?.argumentsFor({ title: 'Leak', other: 1 })).toEqual({ name: 'Leak', limit: 5 });
    expect(plan?.argumentsFor({})).toEqual({ limit: 5 });
  });

  test.each([
    [{ items: [{ id: 'T1', state: 'open' }], count: 1 }, 'happened'],
    [{ items: [], count: 0 }, 'not_happened'],
    [{ items: [], count: 3 }, 'unknown'],
    [{ items: [{ id: 'T1', state: 'open' }], count: 0 }, 'unknown'],
    [null, 'unknown'],
    ['text', 'unknown'],
  ])('says of %j: %s', (output, verdict) => {
    expect(prepareTool(toolDocument(probe), 'add').probe?.judge(output)).toBe(verdict);
  });

  test('without a condition for absence never says that it did not happen', () => {
    const { not_happened: _, ...rest } = probe;
    expect(prepareTool(toolDocument(rest), 'add').probe?.judge({ items: [], count: 0 })).toBe('unknown');
  });

  test.each([
    ['a tool that is not there', { tool: 'gone' }, 'tools.add.probe.tool'],
    ['a tool that acts', { tool: 'add' }, 'tools.add.probe.tool'],
    [
      'an argument that the tool has not',
      { arguments: { name: { from: 'nothing' } } },
      'tools.add.probe.arguments.name.from',
    ],
    ['a condition that is none', { happened: 'items' }, 'tools.add.probe.happened'],
    ['an absence that is no condition', { not_happened: '= 1' }, 'tools.add.probe.not_happened'],
  ])('with %s is refused', (_what, over, path) => {
    expect(() => prepareTool(toolDocument({ ...probe, ...over }), 'add')).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        body: expect.objectContaining({
          details: { issues: expect.arrayContaining([expect.objectContaining({ path })]) },
        }),
      }),
    );
  });

  test('is null for a tool that declares none', () => {
    expect(prepareTool(toolDocument(), 'add').probe).toBeNull();
    expect(prepareTool(toolDocument(probe), 'find').probe).toBeNull();
  });
});
