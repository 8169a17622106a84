import { isDeepStrictEqual } from 'node:util';
import type { Target } from '../route/target.ts';
import type { Behaviour, BehaviourRule } from '../types.ts';

interface ActiveRule {
  readonly id: number;
  readonly rule: BehaviourRule;
  seen: number;
  applied: number;
}

/** What is to be done with one request: delays add up, the first other behaviour ends the search. */
export interface Plan {
  readonly delayMs: number;
  readonly end: { readonly behaviour: Behaviour; readonly effect: boolean | undefined } | null;
  readonly kinds: readonly string[];
}

const nothing: Plan = { delayMs: 0, end: null, kinds: [] };

/** The rules in force, in the order they were added. */
export class BehaviourRules {
  #rules: ActiveRule[] = [];
  #nextId = 1;

  add(rule: BehaviourRule): number {
    const id = this.#nextId++;
    this.#rules.push({ id, rule, seen: 0, applied: 0 });
    return id;
  }

  remove(id: number): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((active) => active.id !== id);
    return this.#rules.length < before;
  }

  clear(): void {
    this.#rules = [];
  }

  /** What happens to a request that was judged right. */
  planFor(target: Target, values: Readonly<Record<string, unknown>>): Plan {
    if (this.#rules.length === 0) return nothing;
    let delayMs = 0;
    const kinds: string[] = [];
    for (const active of this.#rules) {
      const { rule } = active;
      if (isAtConnect(rule) || !concerns(rule, target) || !hasArguments(rule, values) || !takeTurn(active)) continue;
      kinds.push(rule.do.kind);
      if (rule.do.kind !== 'delay') return { delayMs, end: { behaviour: rule.do, effect: rule.effect }, kinds };
      delayMs += rule.do.ms + Math.random() * (rule.do.jitterMs ?? 0);
    }
    return { delayMs, end: null, kinds };
  }

  /** Whether the connection is to be reset before the body is read; `targets` are those the path fits. */
  dropsAtConnect(targets: readonly Target[]): boolean {
    return this.#rules.some(
      (active) =>
        isAtConnect(active.rule) &&
        !isForAll(active.rule) &&
        targets.some((target) => concerns(active.rule, target)) &&
        takeTurn(active),
    );
  }

  /** Whether a connection that was just opened is to be reset, whoever it is for. */
  dropsConnections(): boolean {
    return this.#rules.some((active) => isAtConnect(active.rule) && isForAll(active.rule) && takeTurn(active));
  }
}

function isAtConnect(rule: BehaviourRule): boolean {
  return rule.do.kind === 'drop' && rule.do.at === 'connect';
}

function isForAll(rule: BehaviourRule): boolean {
  return rule.tool === undefined && rule.integration === undefined && rule.step === undefined;
}

function concerns(rule: BehaviourRule, target: Target): boolean {
  return (
    (rule.tool === undefined || rule.tool === target.tool) &&
    (rule.integration === undefined || rule.integration === target.integration) &&
    (rule.step === undefined || rule.step === target.step)
  );
}

function hasArguments({ when = {} }: BehaviourRule, values: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(when).every(([name, value]) => isDeepStrictEqual(values[name], value));
}

function takeTurn(active: ActiveRule): boolean {
  const { after = 0, times = Number.POSITIVE_INFINITY } = active.rule;
  if (active.seen++ < after || active.applied >= times) return false;
  active.applied++;
  return true;
}
