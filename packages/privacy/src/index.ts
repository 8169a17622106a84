export { detect } from './detect.ts';
export { defaultThresholds, type Entity, entities, isEntity } from './entities.ts';
export type { DetectOptions, Finding } from './finding.ts';
export { modeOf, type RedactionMode, type RedactionPolicy, redactionModes } from './policy.ts';
export { detectWith, type Recogniser } from './recogniser.ts';
export { deepestJson, type JsonFinding, redactJson } from './redact-json.ts';
export { type Redacted, redact } from './redact-text.ts';
