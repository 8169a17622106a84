import { describe, expect, it } from 'vitest';
import { draftOf, problemsOf } from '../draft-of.test-support.ts';
import { describeRequests } from '../sent-request/describe-requests.ts';
import { readApiDescription } from '../spec/read-api-description.ts';
import { readPostman } from './read-postman.ts';

const collection = {
  info: {
    name: 'Acme Desk',
    description: { content: 'Tickets of **Acme**.' },
    schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
  },
  variable: [
    { key: 'baseUrl', value: 'https://{{host}}/v2' },
    { key: 'host', value: 'api.acme.example' },
    { key: 'key', value: 's3cr3t-0' },
  ],
  auth: {
    type: 'apikey',
    apikey: [
      { key: 'key', value: 'X-Desk-Key' },
      { key: 'value', value: 's3cr3t-1' },
    ],
  },
  item: [
    {
      name: 'Tickets',
      item: [
        {
          name: 'Find tickets',
          request: {
            method: 'GET',
            header: [
              { key: 'Accept', value: '*/*' },
              { key: 'X-Desk-Key', value: 's3cr3t-2' },
              { key: 'X-Off', value: 'x', disabled: true },
            ],
            url: {
              raw: '{{baseUrl}}/tickets?q=printer&page=1',
              query: [
                { key: 'q', value: 'printer', description: 'What to look for in tickets.' },
                { key: 'page', value: '1', disabled: true },
              ],
            },
          },
          response: [{ code: 200, body: '{"tickets":[{"id":7,"subject":"Printer"}],"total":1}' }, { code: 204 }],
        },
        {
          name: 'Open a ticket',
          request: {
            method: 'POST',
            url: { raw: '{{baseUrl}}/tickets' },
            body: {
              mode: 'raw',
              raw: '{"subject":"{{subject}}","priority":{{p}}}',
              options: { raw: { language: 'json' } },
            },
          },
        },
        {
          name: 'Get a ticket',
          request: {
            method: 'GET',
            auth: { type: 'bearer', bearer: [] },
            url: {
              raw: '{{baseUrl}}/tickets/:ticketId',
              variable: [{ key: 'ticketId', value: '7', description: 'Number of the ticket.' }],
            },
          },
        },
        {
          name: 'Attach',
          request: {
            method: 'POST',
            url: '{{baseUrl}}/tickets/{{id}}/files',
            body: {
              mode: 'formdata',
              formdata: [
                { key: 'file', type: 'file' },
                { key: 'note', value: 'hi', description: 'A note for the file.' },
              ],
            },
          },
        },
        {
          name: 'Sign up',
          request: {
            method: 'POST',
            url: '{{baseUrl}}/people',
            body: {
              mode: 'urlencoded',
              urlencoded: [
                { key: 'name', value: 'Ada' },
                { key: 'password', value: 's3cr3t-3' },
              ],
            },
          },
        },
      ],
    },
    { name: 'Plain', request: 'https://api.acme.example/v2/ping' },
  ],
};

describe('a Postman collection', () => {
  const { title, about, requests } = readPostman(structuredClone(collection));
  const { description, droppedCredentials } = describeRequests(title, requests, about);
  const draft = draftOf(description, { droppedCredentials });

  it('becomes a document with a tool for each request', async () => {
    expect(draft.whole).toMatchObject({
      name: 'Acme Desk',
      description: 'Tickets of Acme.',
      base_url: 'https://api.acme.example',
      auth: { type: 'api_key', in: 'header', name: 'X-Desk-Key' },
    });
    expect(Object.keys(draft.whole.tools)).toEqual([
      'find_tickets',
      'open_a_ticket',
      'get_a_ticket',
      'attach',
      'sign_up',
      'plain',
    ]);
    expect(draft.whole.tools['find_tickets']).toMatchObject({
      parameters: { q: { description: 'What to look for in tickets.' } },
      response: { pick: ['tickets[].id', 'tickets[].subject'] },
      examples: [{ response: { status: 200, body: { tickets: [{ id: 7, subject: 'Printer' }] } } }],
    });
    expect(draft.whole.tools['open_a_ticket']).toMatchObject({
      parameters: { subject: { required: true }, priority: { type: 'integer', required: true } },
    });
    expect(draft.whole.tools['get_a_ticket']).toMatchObject({
      request: { path: '/v2/tickets/{ticket_id}' },
      parameters: { ticket_id: { description: 'Number of the ticket.' } },
    });
    expect(draft.whole.tools['attach']).toMatchObject({
      request: { body: 'multipart' },
      parameters: { file: { 'x-file': {} }, note: { description: 'A note for the file.' } },
    });
    // One request of the collection is authenticated otherwise; the report says so.
    const { get_a_ticket: _other, ...tools } = draft.document.tools;
    const others = { ...draft, document: { ...draft.document, tools } };
    expect(await problemsOf(readApiDescription(structuredClone(description)), others)).toEqual([]);
  });

  it('loses its credentials, and names them', () => {
    expect(JSON.stringify(draft)).not.toContain('s3cr3t');
    expect(draft.report.dropped_credentials).toEqual([
      'auth of the collection (key X-Desk-Key)',
      'header X-Desk-Key',
      'auth of the collection (bearer)',
      'body field password',
    ]);
    expect(draft.report.notes.join()).toContain('get_a_ticket does not list API key in header X-Desk-Key');
  });

  it.each([
    [null, /no Postman collection/],
    [{ info: { schema: 'https://schema.getpostman.com/json/collection/v1.0.0/' }, item: [] }, /no Postman collection/],
    [{ ...collection, item: [] }, /holds no requests/],
  ])('is refused when it is none', (input, message) => {
    expect(() => readPostman(input)).toThrow(message);
  });

  it('is taken out of what Postman’s API gives', () => {
    expect(readPostman({ collection }).requests).toHaveLength(6);
    const basic = {
      ...collection,
      auth: { type: 'basic' },
      item: [{ name: 'x', request: { url: { raw: 'a.acme.example/x' } } }],
    };
    expect(readPostman(basic).requests).toMatchObject([
      { auth: 'basic', url: 'https://a.acme.example/x', method: 'GET' },
    ]);
    expect(
      readPostman({
        ...basic,
        auth: {
          type: 'apikey',
          apikey: [
            { key: 'in', value: 'query' },
            { key: 'key', value: 'k' },
          ],
        },
      }).requests[0]?.auth,
    ).toEqual({ in: 'query', name: 'k' });
    expect(readPostman({ ...basic, auth: { type: 'hawk' } }).requests[0]?.auth).toBeUndefined();
  });
});
