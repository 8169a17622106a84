import { describe, expect, test } from 'vitest';
import { typeMatches } from './type-glob.ts';

describe('a pattern of types', () => {
  test.each([
    ['*', 'anything.at.all'],
    ['*', ''],
    ['ticket.created', 'ticket.created'],
    ['ticket.*', 'ticket.created'],
    ['ticket.*', 'ticket.'],
    ['*.created', 'ticket.created'],
    ['ticket.*.created', 'ticket.sub.created'],
    ['a*b*c', 'a1b2b3c'],
    ['**', 'x'],
    ['a*a', 'aa'],
    ['zen:event-type:*', 'zen:event-type:ticket.created'],
    ['ticket.(x)', 'ticket.(x)'],
  ])('%s means %s', (pattern, type) => expect(typeMatches(pattern, type)).toBe(true));

  test.each([
    ['', 'ticket'],
    ['ticket.*', 'ticket'],
    ['ticket.*', 'tickets.created'],
    ['*.created', 'ticket.created.late'],
    ['a*a', 'a'],
    ['a*b*b', 'ab'],
    ['ticket.created', 'Ticket.created'],
    ['ticket.c?eated', 'ticket.created'],
    ['ticket.(x|y)', 'ticket.x'],
  ])('%s does not mean %s', (pattern, type) => expect(typeMatches(pattern, type)).toBe(false));

  test('takes no longer for a pattern that would make a backtracking matcher slow', () => {
    const type = 'a'.repeat(2_000);
    const pattern = `${'a*'.repeat(60)}b`;
    expect(typeMatches(pattern, type)).toBe(false);
    expect(typeMatches(`${'a*'.repeat(60)}a`, type)).toBe(true);
  });
});
