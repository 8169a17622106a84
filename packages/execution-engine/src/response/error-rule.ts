import type { ErrorCode, ErrorRule } from '@patchbay/contracts';
import type { DataPath } from '../paths/data-path.ts';
import { parseDataPath, readDataPath } from '../paths/data-path.ts';
import type { Report } from '../prepare/report.ts';
import type { Placed } from './error-rule-lexer.ts';
import { tokenise } from './error-rule-lexer.ts';

/** Whether a response is the failure that a rule describes. */
export type Condition = (body: unknown, status: number) => boolean;

/** An error rule, compiled. */
export interface RulePlan {
  readonly matches: Condition;
  readonly code: ErrorCode;
  readonly message: DataPath | null;
  readonly speakable: string | undefined;
}

/** Compiles rules; `at` is the path of the list in the document. */
export function compileErrorRules(rules: readonly ErrorRule[] | undefined, report: Report, at: string): RulePlan[] {
  const plans: RulePlan[] = [];
  for (const [index, rule] of (rules ?? []).entries()) {
    const matches = parseCondition(rule.when);
    if (typeof matches === 'string') report(`${at}[${index}].when`, matches);
    const message = rule.message === undefined ? null : parseDataPath(rule.message);
    if (typeof message === 'string') report(`${at}[${index}].message`, message);
    if (typeof matches !== 'string' && typeof message !== 'string') {
      plans.push({ matches, code: rule.code, message, speakable: rule.speakable });
    }
  }
  return plans;
}

/**
 * Parses `ok = false and error = 'ratelimited'`. Loosest first: `or`, `and`, `not`, then a comparison (`= != < <= > >=`
 * with text in single quotes (a quote inside is `\\'` or `''`), a number, true, false or null), `exists(path)` or parentheses. Comparison is strict: `'1'`
 * is not `1`. An absent path equals nothing. With `[]` in its path a comparison holds when it does for any element.
 * `$status` is the HTTP status. A string result says what is wrong.
 */
export function parseCondition(text: string): Condition | string {
  const tokens = tokenise(text);
  if (typeof tokens === 'string') return tokens;
  let next = 0;
  const peek = (): Placed => tokens[next] as Placed;
  const isWord = (word: string): boolean => {
    const token = peek();
    return token.kind === 'word' && token.text === word;
  };

  const disjunction = (): Condition => {
    let left = conjunction();
    while (isWord('or')) {
      next++;
      const [first, second] = [left, conjunction()];
      left = (body, status) => first(body, status) || second(body, status);
    }
    return left;
  };
  const conjunction = (): Condition => {
    let left = negation();
    while (isWord('and')) {
      next++;
      const [first, second] = [left, negation()];
      left = (body, status) => first(body, status) && second(body, status);
    }
    return left;
  };
  const negation = (): Condition => {
    if (!isWord('not')) return term();
    next++;
    const inner = negation();
    return (body, status) => !inner(body, status);
  };
  const term = (): Condition => {
    const token = peek();
    next++;
    if (token.kind === '(') {
      const inner = disjunction();
      expect(')');
      return inner;
    }
    if (token.kind === 'word' && token.text === 'exists') {
      expect('(');
      const path = peek();
      if (path.kind !== 'path') throw unexpected(path, 'a path');
      next++;
      expect(')');
      return (body) => {
        const found = readDataPath(body, path.path);
        return found !== undefined && !(path.path.includes(null) && Array.isArray(found) && found.length === 0);
      };
    }
    if (token.kind !== 'path') throw unexpected(token, 'a path');
    return comparison(token.path);
  };
  const comparison = (path: DataPath): Condition => {
    const operator = peek();
    if (operator.kind !== 'operator') throw unexpected(operator, 'a comparison such as =');
    next++;
    const literal = peek();
    if (literal.kind !== 'literal') throw unexpected(literal, "a literal such as 'text', 1, true or null");
    next++;
    const holds = comparer(operator.text, literal.value);
    if (path.length === 1 && path[0] === '$status') return (_body, status) => holds(status);
    if (!path.includes(null)) return (body) => holds(readDataPath(body, path));
    return (body) => {
      const found = readDataPath(body, path);
      return Array.isArray(found) && found.some(holds);
    };
  };
  const expect = (kind: '(' | ')'): void => {
    if (peek().kind !== kind) throw unexpected(peek(), `'${kind}'`);
    next++;
  };

  try {
    const condition = disjunction();
    if (peek().kind !== 'end') throw unexpected(peek(), "'and', 'or' or the end");
    return condition;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

function unexpected(token: Placed, wanted: string): SyntaxError {
  return new SyntaxError(
    token.kind === 'end' ? `expected ${wanted} at the end` : `expected ${wanted} at character ${token.at}`,
  );
}

function comparer(operator: string, literal: unknown): (value: unknown) => boolean {
  switch (operator) {
    case '=':
      return (value) => value === literal;
    case '!=':
      return (value) => value !== literal;
    case '<':
      return (value) => typeof value === typeof literal && (value as number) < (literal as number);
    case '<=':
      return (value) => typeof value === typeof literal && (value as number) <= (literal as number);
    case '>':
      return (value) => typeof value === typeof literal && (value as number) > (literal as number);
    default:
      return (value) => typeof value === typeof literal && (value as number) >= (literal as number);
  }
}
