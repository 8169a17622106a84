import { describe, expect, it } from 'vitest';
import { failureOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

type Style = 'simple' | 'label' | 'matrix';
const pathOf = (style: Style, explode: boolean, color: unknown): string => {
  const tool = toolOf({
    risk: 'read',
    request: { method: 'GET', path: '/a/{color}/b' },
    parameters: { color: { 'x-path-style': style, 'x-explode': explode } },
  });
  return previewOf(tool, { color }).url.slice('https://api.acme.com/v1/a/'.length, -'/b'.length);
};

const list = ['blue', 'black', 'brown'];
const object = { R: 100, G: 200, B: 150 };

describe('values in the path, by the table of OpenAPI 3.1', () => {
  it.each<[Style, boolean, unknown, string]>([
    ['simple', false, 'blue', 'blue'],
    ['simple', false, list, 'blue,black,brown'],
    ['simple', false, object, 'R,100,G,200,B,150'],
    ['simple', true, list, 'blue,black,brown'],
    ['simple', true, object, 'R=100,G=200,B=150'],
    ['label', false, 'blue', '.blue'],
    ['label', false, list, '.blue,black,brown'],
    ['label', true, list, '.blue.black.brown'],
    ['label', false, object, '.R,100,G,200,B,150'],
    ['label', true, object, '.R=100.G=200.B=150'],
    ['matrix', false, 'blue', ';color=blue'],
    ['matrix', false, list, ';color=blue,black,brown'],
    ['matrix', true, list, ';color=blue;color=black;color=brown'],
    ['matrix', false, object, ';color=R,100,G,200,B,150'],
    ['matrix', true, object, ';R=100;G=200;B=150'],
  ])('%s, explode %s, %j', (style, explode, value, expected) => {
    expect(pathOf(style, explode, value)).toBe(expected);
  });

  it('keep every piece inside its segment, and separators inside a piece apart from those of the style', () => {
    expect(pathOf('matrix', false, ['a/b', 'c;d=e', 'f,g'])).toBe(';color=a%2Fb,c%3Bd%3De,f%2Cg');
    expect(pathOf('simple', true, { 'x/../y': '?' })).toBe('x%2F..%2Fy=%3F');
  });

  it('refuse what would make a dot segment, and what is empty', () => {
    expect(failureOf(() => pathOf('label', false, '.')).code).toBe('invalid_arguments');
    expect(failureOf(() => pathOf('label', false, '')).code).toBe('invalid_arguments');
    expect(failureOf(() => pathOf('simple', false, '..')).code).toBe('invalid_arguments');
  });

  it('are for the path alone', () => {
    expect(issuesIn({ parameters: { a: { 'x-path-style': 'label' } } })).toEqual([
      'tools.do_it.parameters.a.x-path-style: works only in the path',
    ]);
  });
});

describe('values in a query', () => {
  const queryOf = (parameter: Record<string, unknown>, value: unknown): string =>
    previewOf(toolOf({ risk: 'read', request: { method: 'GET', path: '/' }, parameters: { color: parameter } }), {
      color: value,
    }).url.split('?')[1] ?? '';

  it.each([
    ['form', {}, list, 'color=blue&color=black&color=brown'],
    ['form without explode', { 'x-array-style': 'comma' }, list, 'color=blue,black,brown'],
    ['spaceDelimited', { 'x-array-style': 'space' }, list, 'color=blue%20black%20brown'],
    ['pipeDelimited', { 'x-array-style': 'pipe' }, list, 'color=blue%7Cblack%7Cbrown'],
    ['brackets', { 'x-array-style': 'brackets' }, list, 'color%5B%5D=blue&color%5B%5D=black&color%5B%5D=brown'],
    ['deepObject', {}, object, 'color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
    ['form, an object', { 'x-object-style': 'form' }, object, 'R=100&G=200&B=150'],
    ['form without explode, an object', { 'x-object-style': 'comma' }, object, 'color=R,100,G,200,B,150'],
    ['dots', { 'x-object-style': 'dots' }, object, 'color.R=100&color.G=200&color.B=150'],
    ['json', { 'x-object-style': 'json' }, { R: 1 }, 'color=%7B%22R%22%3A1%7D'],
  ])('as OpenAPI says for %s', (_, parameter, value, expected) => {
    expect(queryOf(parameter, value)).toBe(expected);
  });
});
