export { type Draft, type DraftOptions, draftDocument } from './document/draft-document.ts';
export type { ImportReport, OperationReport } from './document/report.ts';
export { isChoice, matching, maxChosenOperations, type OperationChoice, tagsOf } from './spec/choose-operations.ts';
export { type ListedOperation, listOperations } from './spec/list-operations.ts';
export { maxDescriptionBytes, parseDescriptionText, readApiDescription } from './spec/read-api-description.ts';
export { referencesOf } from './spec/references.ts';
export type { ApiDescription } from './spec/types.ts';
