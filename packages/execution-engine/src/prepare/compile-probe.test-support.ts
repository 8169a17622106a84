import { IntegrationDocument } from '@patchbay/contracts';

/** A document with a tool that acts, with this probe, and one that reads. */
export function toolDocument(probe?: object): IntegrationDocument {
  const about = (title: string) => ({ title, description: `${title}, for tests.` });
  return IntegrationDocument.parse({
    id: 'desk',
    name: 'Desk',
    version: '1.0.0',
    category: 'helpdesk',
    description: 'A desk, for tests.',
    base_url: 'https://desk.example.com',
    auth: { type: 'none' },
    tools: {
      add: {
        ...about('Add'),
        risk: 'write',
        request: { method: 'POST', path: '/add', body: 'json' },
        parameters: { title: { type: 'string' } },
        ...(probe !== undefined && { probe }),
      },
      find: {
        ...about('Find'),
        risk: 'read',
        request: { method: 'GET', path: '/find' },
        parameters: { name: { type: 'string' }, limit: { type: 'integer' } },
      },
    },
  });
}
