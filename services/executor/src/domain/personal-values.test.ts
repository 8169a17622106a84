import { ExecuteRequest, marksOfFields } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { personalValues } from './personal-values.ts';

const fields = marksOfFields({
  name: { type: 'string', 'x-privacy': 'pii' },
  diagnosis: { type: 'string', 'x-privacy': 'phi' },
  password: { type: 'string', 'x-privacy': 'secret' },
  city: { type: 'string', 'x-privacy': 'safe' },
  note: { type: 'string' },
  contact: { type: 'object', properties: { email: { type: 'string' }, kind: { type: 'string' } } },
  guests: { type: 'array', items: { type: 'object', properties: { name: { type: 'string', 'x-privacy': 'pii' } } } },
});

test('what is personal of a call is what was said of its person, and marked arguments in their shape', () => {
  const request = ExecuteRequest.parse({
    tool: 'look',
    context: { end_user: 'u-1' },
    arguments: {
      name: 'Ada',
      diagnosis: 'well',
      password: 'hunter2',
      city: 'Bath',
      note: 'call her',
      contact: { email: 'ada@example.com', kind: 'home' },
      guests: [{ name: 'Bee', seat: 4 }, { seat: 5 }],
    },
  });
  expect(personalValues(request, fields)).toEqual({
    end_user: 'u-1',
    arguments: {
      name: 'Ada',
      diagnosis: 'well',
      contact: { email: 'ada@example.com' },
      guests: [{ name: 'Bee' }, null],
    },
  });
});

test('of a call that says nothing of anybody nothing is', () => {
  const request = ExecuteRequest.parse({ tool: 'look', arguments: { note: 'x', city: 'Bath' } });
  expect(personalValues(request, fields)).toEqual({});
  expect(personalValues(request, null)).toEqual({});
});
