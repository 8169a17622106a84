import { defaultThresholds } from './entities.ts';
import type { DetectOptions, Finding } from './finding.ts';

/** Whether a finding's score is enough for its entity. */
export const isTrusted = (
  { entity, score }: Pick<Finding, 'entity' | 'score'>,
  { thresholds }: DetectOptions,
): boolean => score >= (thresholds?.[entity] ?? defaultThresholds[entity]);
