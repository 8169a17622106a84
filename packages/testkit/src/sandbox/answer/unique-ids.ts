import { type Answer, jsonAnswer } from './answer.ts';

/** The same answer with the first `id` in it, nearest the root, made unlike any other by `number`. */
export function withUniqueId(answer: Answer, number: number): Answer {
  if (answer.json === undefined) return answer;
  const body: unknown = structuredClone(answer.json);
  let level: unknown[] = [body];
  for (let depth = 0; depth < 8 && level.length > 0; depth++) {
    const inner: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const node = value as Record<string, unknown>;
      if (typeof node.id === 'string') node.id = `${node.id}-${number}`;
      else if (typeof node.id === 'number') node.id += number;
      else {
        inner.push(...Object.values(node));
        continue;
      }
      return jsonAnswer(answer.status, body, answer.headers);
    }
    level = inner;
  }
  return answer;
}
