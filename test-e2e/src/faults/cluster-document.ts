import { simpleDocument } from '../system.ts';

/** A read, a write to an upstream that knows no keys (`book`), and one to an upstream that acts once for one key (`order`). */
export function clusterDocument() {
  const document = simpleDocument('cluster');
  const { book } = document.tools;
  const order = {
    ...book,
    request: { ...book.request, path: '/order' },
    idempotency: { kind: 'header', name: 'Idempotency-Key' },
  };
  return { ...document, tools: { ...document.tools, order } };
}

export const clusterTools = ['cluster_look', 'cluster_book', 'cluster_order'] as const;
