import { describe, expect, test } from 'vitest';
import { problemsOfOcsf } from './validate-ocsf.ts';

const good = {
  activity_id: 2,
  activity_name: 'Read',
  actor: { user: { uid: 'a', type_id: 99, type: 'Agent' } },
  api: { operation: 'desk_find_ticket', request: { uid: 'exe_1' } },
  category_uid: 6,
  class_uid: 6_003,
  metadata: { version: '1.8.0', product: { name: 'Patchbay' } },
  resources: [{ uid: 'desk_find_ticket', type: 'tool' }],
  severity_id: 1,
  src_endpoint: { svc_name: 'executor' },
  status_id: 1,
  status: 'Success',
  time: 1_796_022_000_123,
  type_uid: 600_302,
  unmapped: { anything: { at: ['all'] } },
};

describe('the tables of OCSF', () => {
  test('take an event that is as its class says', () => {
    expect(problemsOfOcsf(good)).toEqual([]);
  });

  test.each([
    ['an attribute that the class has not', { ...good, colour: 'red' }, 'colour: no such attribute'],
    ['one that is deprecated in another class', { ...good, resource: { uid: 'x' } }, 'resource: no such attribute'],
    ['one that an object has not', { ...good, api: { operation: 'x', verb: 'y' } }, 'api.verb: no such attribute'],
    ['a missing one', { ...good, api: undefined, severity_id: undefined }, 'api: no object'],
    ['a missing one of an object', { ...good, api: { service: { name: 'x' } } }, 'api.operation: missing'],
    [
      'nothing of what one is needed of',
      { ...good, actor: {} },
      'actor.: has none of process, user, invoked_by, session, app_name, app_uid',
    ],
    ['text for a number', { ...good, time: '2026' }, 'time: no timestamp'],
    ['a fraction', { ...good, duration: 1.5 }, 'duration: no long'],
    ['an object for a list', { ...good, resources: { uid: 'x' } }, 'resources: no list'],
    ['a bad item', { ...good, resources: [{ type: 'tool' }] }, 'resources[0].: has none of name, uid'],
    ['a value that the enum has not', { ...good, severity_id: 7 }, 'severity_id: 7 is not among its values'],
    ['a caption of another value', { ...good, status: 'Failure' }, 'status: Failure, expected Success'],
    ['another category', { ...good, category_uid: 3 }, 'category_uid: 3, expected 6'],
    ['a type that does not follow', { ...good, type_uid: 600_301 }, 'type_uid: 600301, expected 600302'],
    [
      'another version',
      { ...good, metadata: { ...good.metadata, version: '1.3.0' } },
      'metadata.version: 1.3.0, expected 1.8.0',
    ],
    ['a class that is not there', { ...good, class_uid: 1_001 }, 'class_uid: no class 1001 in the tables'],
    [
      'an object that is not there',
      { ...good, raw_data_hash: {} },
      'raw_data_hash: no object fingerprint in the tables',
    ],
    ['no object at all', null, 'the event is no object'],
  ])('refuse %s', (_what, event, problem) => {
    expect(problemsOfOcsf(event)).toContain(problem);
  });

  test('refuse an event without what is required', () => {
    const { api: _api, ...rest } = good;
    expect(problemsOfOcsf(rest)).toEqual(['api: missing']);
  });
});
