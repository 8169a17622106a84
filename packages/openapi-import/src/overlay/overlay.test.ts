import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { applyOverlay } from './apply-overlay.ts';
import { mergeDrafts } from './merge-drafts.ts';
import { parseTarget, renderTarget } from './target.ts';

const drafted = {
  id: 'desk',
  verified_at: '2026-01-01',
  tools: {
    find: { title: 'Find', keywords: ['a'], parameters: { q: { type: 'string' }, limit: { 'x-const': 10 } } },
    open: { title: 'Open', risk: 'write' },
    shut: { title: 'Shut' },
  },
};
const edited = `# ours
id: desk
verified_at: '2026-01-01'
tools:
  # the best tool
  find:
    title: Find tickets # as people say
    keywords: [a, b]
    parameters: { q: { type: string, minLength: 2 } }
  open: { title: Open, risk: write }
  mine: { title: Mine }
`;

describe('an import over an edited draft', () => {
  const now = {
    ...drafted,
    verified_at: '2026-02-02',
    tools: {
      find: {
        title: 'Find',
        keywords: ['a'],
        parameters: { q: { type: 'string', maxLength: 50 }, limit: { 'x-const': 10 }, page: { type: 'integer' } },
      },
      shut: { title: 'Shut' },
      list: { title: 'List' },
    },
  };
  const merged = mergeDrafts(drafted, edited, now);

  it('keeps what was changed by hand, and brings in what is new', () => {
    expect(parse(merged.text)).toEqual({
      id: 'desk',
      verified_at: '2026-02-02',
      tools: {
        find: {
          title: 'Find tickets',
          keywords: ['a', 'b'],
          parameters: { q: { type: 'string', minLength: 2, maxLength: 50 }, page: { type: 'integer' } },
        },
        mine: { title: 'Mine' },
        list: { title: 'List' },
      },
    });
    expect(merged.conflicts).toEqual([]);
    expect(merged.updated).toEqual([
      '$.verified_at',
      '$.tools.find.parameters.q.maxLength',
      '$.tools.find.parameters.page',
      '$.tools.open',
      '$.tools.list',
    ]);
  });

  it('keeps the comments of the file', () => {
    for (const comment of ['# ours', '# the best tool', '# as people say']) expect(merged.text).toContain(comment);
  });

  it('tells the edits as an overlay that makes them again', () => {
    const { document, unmatched } = applyOverlay(drafted, { overlay: '1.0.0', actions: merged.edits });
    expect(document).toEqual(parse(edited));
    expect(unmatched).toEqual([]);
  });

  it('reports what was edited and drafted otherwise, and lets the edit stand', () => {
    const { tools } = drafted;
    const conflicting = mergeDrafts(drafted, edited, {
      ...drafted,
      tools: { ...tools, find: { ...tools.find, title: 'Search', keywords: ['c'] } },
    });
    expect(conflicting.conflicts).toEqual([
      { target: '$.tools.find.title', edited: 'Find tickets', drafted_before: 'Find', drafted_now: 'Search' },
      { target: '$.tools.find.keywords', edited: ['a', 'b'], drafted_before: ['a'], drafted_now: ['c'] },
    ]);
    expect(parse(conflicting.text).tools.find).toMatchObject({ title: 'Find tickets', keywords: ['a', 'b'] });
    const gone = mergeDrafts(drafted, edited, { ...drafted, tools: { open: tools.open } });
    expect(gone.conflicts).toMatchObject([{ target: '$.tools.find', drafted_now: null }]);
    expect(parse(gone.text).tools.find.title).toBe('Find tickets');
  });

  it('changes nothing where nothing is new', () => {
    expect(mergeDrafts(drafted, edited, drafted)).toMatchObject({ conflicts: [], updated: [] });
    expect(() => mergeDrafts(drafted, 'id: [', drafted)).toThrow(/The edited document is no YAML/);
  });
});

describe('an overlay', () => {
  const apply = (...actions: object[]) =>
    applyOverlay(drafted, { overlay: '1.0.0', actions }).document as typeof drafted;

  it('merges objects, adds to lists, replaces values and takes away', () => {
    const { tools } = apply(
      { target: '$.tools.*', update: { confirm: 'policy' } },
      { target: '$.tools.find.keywords', update: 'z' },
      { target: "$.tools['find'].title", update: 'F' },
      { target: '$["tools"].shut', remove: true },
      { target: '$.tools.find.keywords[0]', remove: true },
      { target: '$', update: { name: 'Desk', ['__proto__']: 1 } },
    );
    expect(tools).toEqual({
      find: { ...drafted.tools.find, title: 'F', keywords: ['z'], confirm: 'policy' },
      open: { ...drafted.tools.open, confirm: 'policy' },
    });
  });

  it('tells targets that select nothing', () => {
    const overlay = {
      overlay: '1.0.0',
      actions: [
        { target: '$.tools.none.title', update: 'x' },
        { target: '$.tools[0]', remove: true },
        { target: '$.id.x', update: 1 },
      ],
    };
    expect(applyOverlay(drafted, overlay)).toEqual({
      document: drafted,
      unmatched: ['$.tools.none.title', '$.tools[0]', '$.id.x'],
    });
  });

  it.each([
    [{}, /overlay: 1\.0\.0/],
    [null, /overlay: 1\.0\.0/],
    [{ overlay: '1.0.0', actions: [{ target: '$.a' }] }, /no action of an overlay/],
    [{ overlay: '1.0.0', actions: [{ target: '$..a', remove: true }] }, /'\$\.\.a' is not a path/],
    [{ overlay: '1.0.0', actions: [{ target: 'tools', remove: true }] }, /'tools' is not a path/],
  ])('is refused when it is none: %j', (overlay, message) => {
    expect(() => applyOverlay(drafted, overlay)).toThrow(message);
  });

  it('writes paths as it reads them', () => {
    const path = ['tools', "it's.a", 'x-name', 0, 'end'];
    expect(parseTarget(renderTarget(path))).toEqual(path);
    expect(parseTarget('$.a[*].*')).toEqual(['a', null, null]);
  });
});
